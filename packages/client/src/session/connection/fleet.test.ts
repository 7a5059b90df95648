import { sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { createManualPlatform } from "../../testing/manual-platform.ts";
import { recordingObserver } from "../../testing/recording-observer.ts";
import { type ScriptedTransport, scriptedTransport } from "../../testing/scripted-transport.ts";
import { helloFrame } from "../../testing/wire-frames.ts";
import { createMappingRegistry } from "../../timeline/mapping-registry.ts";
import { runConnection } from "./run-connection.ts";

const CLIENTS = 1_000;

/** Any generator will do, as long as it is the same one every time. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A thousand clients of one server, all live. */
function fleet() {
  const platform = createManualPlatform({ random: seededRandom(7) });
  const comebacks: number[] = [];
  let up = true;
  let started = 0;

  const answer = (transport: ScriptedTransport) => {
    if (!up) {
      transport.current.lose();
      return;
    }
    transport.current.receive(helloFrame());
    const requestId = transport.current.sent[0]?.subscribe?.requestId;
    const mode = "SNAPSHOT_MODE_FULL";
    transport.current.receive({ snapshot: { sessionId: "s-1", mode, lastPart: true, requestId } });
    comebacks.push(platform.monotonic() - started);
  };
  const transports = Array.from({ length: CLIENTS }, () => {
    const transport = scriptedTransport();
    const connection = runConnection({
      transport: {
        open(url, handlers) {
          const opened = transport.open(url, handlers);
          platform.setTimer(5, () => answer(transport));
          return opened;
        },
      },
      url: () => "wss://x/ws",
      platform,
      mappings: createMappingRegistry([], () => {}),
      window: 50,
      refresh: undefined,
      introduce: undefined,
      renew: undefined,
      report: () => {},
    });
    connection.open(sessionId("s-1"), recordingObserver(platform));
    return transport;
  });
  platform.advance(5);
  comebacks.length = 0;
  started = platform.monotonic();

  return {
    platform,
    all(act: (transport: ScriptedTransport, index: number) => void) {
      transports.forEach(act);
    },
    setUp(next: boolean) {
      up = next;
      started = platform.monotonic();
    },
    /** Largest share of the fleet that came back within any one second. */
    peak(): number {
      const sorted = comebacks.toSorted((a, b) => a - b);
      const within = sorted.map((from) => sorted.filter((at) => at >= from && at < from + 1_000).length);
      return Math.max(...within) / CLIENTS;
    },
    live: () => transports.filter((transport) => transport.current.isOpen).length,
  };
}

describe("F-C13 a fleet of a thousand clients", { timeout: 60_000 }, () => {
  it("spreads after a crash: at most 45 % in any second, all live within 30 s", () => {
    const clients = fleet();
    clients.all((transport) => transport.current.lose());
    clients.platform.advance(30_000);
    expect(clients.live()).toBe(CLIENTS);
    expect(clients.peak()).toBeLessThanOrEqual(0.45);
  });

  it("spreads after an outage of a minute: at most 45 % in any second, all live within 30 s of its end", () => {
    const clients = fleet();
    clients.setUp(false);
    clients.all((transport) => transport.current.lose());
    clients.platform.advance(60_000);
    clients.setUp(true);
    clients.platform.advance(30_000);
    expect(clients.live()).toBe(CLIENTS);
    expect(clients.peak()).toBeLessThanOrEqual(0.45);
  });

  it.each([
    ["tells each when to come back", (index: number) => ({ afterMs: (20_000 * index) / CLIENTS, closesAt: 0 })],
    ["sends them away one by one", (index: number) => ({ afterMs: 0, closesAt: (20_000 * index) / CLIENTS })],
  ])("F-S13 keeps the spread of a server that drains over 20 s and %s: at most 15 % in any second", (_name, plan) => {
    const clients = fleet();
    clients.all((transport, index) => {
      const { afterMs, closesAt } = plan(index);
      clients.platform.setTimer(closesAt, () => {
        transport.current.receive({ draining: { afterMs } });
        transport.current.lose(4001);
      });
    });
    clients.platform.advance(30_000);
    expect(clients.live()).toBe(CLIENTS);
    expect(clients.peak()).toBeLessThanOrEqual(0.15);
  });
});
