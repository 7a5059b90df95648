/**
 * Owns the real clock, randomness and page. One implementation for pages, workers and Node: whatever a surrounding does
 * not have (a document, network events) is simply never reported. Nothing is touched before the call, so importing is
 * safe everywhere.
 */
import type { ClientPlatform } from "./client-platform.ts";

/** A frame that a page going hidden holds back is delivered by this timer instead. */
const LATEST_FRAME_MS = 100;
const HIDDEN_FRAME_MS = 16;

export function defaultPlatform(): ClientPlatform {
  const page = typeof document === "undefined" ? undefined : document;
  const isVisible = () => page === undefined || page.visibilityState !== "hidden";

  const setTimer = (delayMs: number, callback: () => void) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  };

  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer,
    random: () => Math.random(),
    randomId,
    requestFrame(callback) {
      if (!isVisible() || typeof requestAnimationFrame === "undefined") return setTimer(HIDDEN_FRAME_MS, callback);
      const cancel = () => {
        cancelAnimationFrame(frame);
        cancelTimer();
      };
      const once = () => {
        cancel();
        callback();
      };
      const frame = requestAnimationFrame(once);
      const cancelTimer = setTimer(LATEST_FRAME_MS, once);
      return cancel;
    },
    isOnline: () => typeof navigator === "undefined" || navigator.onLine !== false,
    isVisible,
    onLifecycle(listener) {
      const removals: (() => void)[] = [];
      const on = (target: EventTarget | undefined, name: string, handler: () => void) => {
        target?.addEventListener(name, handler);
        removals.push(() => target?.removeEventListener(name, handler));
      };
      const wake = () => listener("wake");
      const surrounding = typeof addEventListener === "function" ? globalThis : undefined;
      on(surrounding, "online", wake);
      on(surrounding, "pageshow", wake);
      on(surrounding, "pagehide", () => listener("pagehide"));
      on(surrounding, "offline", () => listener("offline"));
      on(page, "visibilitychange", () => listener(isVisible() ? "wake" : "hidden"));
      on(page, "freeze", () => listener("freeze"));
      on(page, "resume", wake);
      return () => {
        for (const remove of removals) remove();
      };
    },
  };
}

/** 128 random bits. `crypto.randomUUID` is missing on pages served over plain HTTP, `getRandomValues` is not. */
function randomId(): string {
  let id = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) id += byte.toString(16).padStart(2, "0");
  return id;
}
