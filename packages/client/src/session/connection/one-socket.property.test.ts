import { sessionId } from "@sessionstream/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionHandle } from "../../backend/chat-backend.ts";
import { createManualPlatform, type ManualPlatform } from "../../testing/manual-platform.ts";
import { recordingObserver } from "../../testing/recording-observer.ts";
import { helloFrame } from "../../testing/wire-frames.ts";
import { createMappingRegistry } from "../../timeline/mapping-registry.ts";
import type { TransportHandlers } from "../../wire/transport.ts";
import { runConnection } from "./run-connection.ts";

interface RogueSocket {
  readonly handlers: TransportHandlers;
  readonly sent: string[];
  open: boolean;
}

/** A transport that keeps no promise: any socket, closed or not, may say anything at any time. */
function rogueTransport() {
  const sockets: RogueSocket[] = [];
  return {
    sockets,
    openCount: () => sockets.filter(({ open }) => open).length,
    open(_url: string, handlers: TransportHandlers) {
      const socket: RogueSocket = { handlers, open: true, sent: [] };
      sockets.push(socket);
      return {
        send: (text: string) => socket.sent.push(text),
        close: () => {
          socket.open = false;
        },
      };
    },
  };
}

function connectionOver(transport: ReturnType<typeof rogueTransport>, platform: ManualPlatform) {
  return runConnection({
    transport,
    url: () => "wss://x/ws",
    platform,
    mappings: createMappingRegistry([], () => {}),
    window: 50,
    refresh: () => Promise.resolve(),
    introduce: undefined,
    renew: undefined,
    report: () => {},
  });
}

const FRAMES = [
  JSON.stringify(helloFrame()),
  JSON.stringify(helloFrame({ protocolMin: 9 })),
  JSON.stringify({ hello: {} }),
  JSON.stringify({ snapshot: { sessionId: "s-1", mode: "SNAPSHOT_MODE_FULL", lastPart: true, requestId: "1.1" } }),
  JSON.stringify({ subscribed: { sessionId: "s-1" } }),
  JSON.stringify({ error: { code: "rate_limited", message: "Slow down", retryAfterMs: 3_000 } }),
  JSON.stringify({ draining: { afterMs: 5_000 } }),
  JSON.stringify({ ping: { nonce: "n", heads: [{ sessionId: "s-1", epoch: "e", ordinal: "9" }] } }),
  "not json",
];
const CODES = [
  1000, 1001, 1006, 1009, 4000, 4001, 4010, 4012, 4013, 4014, 4015, 4029, 4400, 4401, 4403, 4406, 4408, 4499,
];

/** `newest` counts back from the newest socket. */
const newest = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) });
const action = fc.oneof(
  fc.record({ type: fc.constant("text" as const), newest, frame: fc.constantFrom(...FRAMES) }),
  fc.record({ type: fc.constant("closed" as const), newest, code: fc.constantFrom(...CODES) }),
  fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
  fc.record({
    type: fc.constantFrom("online", "offline", "visible", "leave", "open", "close", "reconnect", "sleep"),
  }),
);

describe("the connection under any order of events", () => {
  it("K09 T5.3 hears nothing of a socket that was replaced", () => {
    const platform = createManualPlatform();
    const transport = rogueTransport();
    connectionOver(transport, platform).open(sessionId("s-1"), recordingObserver(platform));
    const [first] = transport.sockets;
    first?.handlers.text(JSON.stringify(helloFrame()));
    first?.handlers.closed({ code: 1006, reason: "" });
    platform.advance(3_000);
    const [, second] = transport.sockets;
    second?.handlers.text(JSON.stringify(helloFrame()));
    const said = second?.sent.length;
    first?.handlers.text(JSON.stringify({ ping: { nonce: "late" } }));
    expect(said).toBe(1);
    expect(second?.sent).toHaveLength(1);
  });

  it("F-C14 K09 never has two sockets, and while wanted always a socket or something scheduled", {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const platform = createManualPlatform();
        const transport = rogueTransport();
        const handles: SessionHandle[] = [];
        const observers = new Map<SessionHandle, ReturnType<typeof recordingObserver>>();
        const connection = connectionOver(transport, platform);
        for (const one of actions) {
          switch (one.type) {
            case "text":
              transport.sockets.at(-1 - one.newest)?.handlers.text(one.frame);
              break;
            case "closed": {
              const socket = transport.sockets.at(-1 - one.newest);
              if (socket === undefined) break;
              socket.open = false;
              socket.handlers.closed({ code: one.code, reason: "" });
              break;
            }
            case "wait":
              platform.advance(one.ms);
              break;
            case "online":
              platform.setOnline(true);
              break;
            case "offline":
              platform.setOnline(false);
              break;
            case "visible":
              platform.setVisible(true);
              break;
            case "leave":
              platform.leavePage();
              break;
            case "sleep":
              platform.sleep(3_600_000);
              break;
            case "open": {
              const observer = recordingObserver(platform);
              const handle = connection.open(sessionId("s-1"), observer);
              handles.push(handle);
              observers.set(handle, observer);
              break;
            }
            case "close":
              handles.shift()?.close();
              break;
            case "reconnect":
              handles[0]?.reconnect();
          }
          expect(transport.openCount()).toBeLessThanOrEqual(1);
          const followed = handles[0] === undefined ? undefined : observers.get(handles[0]);
          const failed = followed?.connections.at(-1)?.type === "failed";
          if (followed === undefined) expect(transport.openCount()).toBe(0);
          else if (!failed) expect(transport.openCount() + platform.timers).toBeGreaterThan(0);
        }
        connection.close();
        expect(transport.openCount()).toBe(0);
        expect(platform.timers).toBe(0);
      }),
      { numRuns: 3_500 },
    );
  });
});
