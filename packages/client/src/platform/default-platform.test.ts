import { afterEach, describe, expect, it, vi } from "vitest";
import type { ClientPlatform } from "./client-platform.ts";
import { defaultPlatform } from "./default-platform.ts";
import { surroundingAddress, surroundingWebSocket } from "./surroundings.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What of a page the platform looks at. */
function stubPage() {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const surrounding = new EventTarget();
  const frames: (() => void)[] = [];
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", surrounding.addEventListener.bind(surrounding));
  vi.stubGlobal("removeEventListener", surrounding.removeEventListener.bind(surrounding));
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  vi.stubGlobal("cancelAnimationFrame", (handle: number) => frames.splice(handle - 1, 1));
  return { page, surrounding, frames };
}

function lifecycle(platform: ClientPlatform): { events: string[]; stop: () => void } {
  const events: string[] = [];
  const stop = platform.onLifecycle((event) => events.push(event));
  return { events, stop };
}

describe("the default platform", () => {
  it("K40 V29 works without a page: always there, frames by timer", () => {
    vi.useFakeTimers();
    const platform = defaultPlatform();
    expect(platform.isVisible()).toBe(true);
    expect(platform.isOnline()).toBe(true);
    let frames = 0;
    platform.requestFrame(() => frames++);
    platform.requestFrame(() => frames++)();
    vi.advanceTimersByTime(100);
    expect(frames).toBe(1);
    lifecycle(platform).stop();
  });

  it("K40 mints ids without a secure context", () => {
    const { getRandomValues } = globalThis.crypto;
    vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(globalThis.crypto) });
    const platform = defaultPlatform();
    expect(platform.randomId()).toMatch(/^[0-9a-f]{32}$/);
    expect(platform.randomId()).not.toBe(platform.randomId());
  });

  it("K11 wakes on network, visibility, return from the cache and thaw", () => {
    const { page, surrounding } = stubPage();
    const { events, stop } = lifecycle(defaultPlatform());
    surrounding.dispatchEvent(new Event("offline"));
    surrounding.dispatchEvent(new Event("online"));
    surrounding.dispatchEvent(new Event("pagehide"));
    surrounding.dispatchEvent(new Event("pageshow"));
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    page.dispatchEvent(new Event("freeze"));
    page.dispatchEvent(new Event("resume"));
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    expect(events).toEqual(["offline", "wake", "pagehide", "wake", "hidden", "freeze", "wake", "wake"]);
    stop();
    surrounding.dispatchEvent(new Event("online"));
    expect(events).toHaveLength(8);
  });

  it("a frame that a page going hidden holds back still comes, once", () => {
    vi.useFakeTimers();
    const { frames } = stubPage();
    let painted = 0;
    defaultPlatform().requestFrame(() => painted++);
    vi.advanceTimersByTime(100);
    expect(painted).toBe(1);
    expect(frames).toEqual([]);
  });

  it("V29 what a surrounding lacks is said when it is needed", () => {
    vi.stubGlobal("WebSocket", undefined);
    expect(surroundingWebSocket).toThrow(/no global WebSocket/);
    expect(surroundingAddress()).toBeUndefined();
  });
});
