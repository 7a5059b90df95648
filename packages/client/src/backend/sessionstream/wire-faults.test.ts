import { type ServerFrameJson, sessionId } from "@sessionstream/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClientPlatform } from "../../platform/client-platform.ts";
import { type FaultyLinkOptions, faultyLink } from "../../testing/faulty-link.ts";
import { followSession } from "../../testing/followed-session.ts";
import { createManualPlatform, type ManualPlatform } from "../../testing/manual-platform.ts";
import { type RecordingObserver, recordingObserver } from "../../testing/recording-observer.ts";
import { type ScriptedServer, scriptedServer } from "../../testing/scripted-server.ts";
import { helloFrame } from "../../testing/wire-frames.ts";
import { sessionstreamBackend } from "./sessionstream-backend.ts";

const MINUTE = 60_000;
const put = (id: string, text = "hello") => ({ type: "put", kind: "ChatMessage", id, payload: { text } }) as const;
const types = (list: readonly { readonly type: string }[]) => list.map(({ type }) => type);

interface LinkSceneOptions extends Partial<FaultyLinkOptions> {
  /** The client's view of time, where it is not the true one. */
  readonly clientPlatform?: (platform: ManualPlatform) => ClientPlatform;
  readonly now?: number;
}

function linkScene({ clientPlatform, now, ...options }: LinkSceneOptions = {}) {
  const platform = createManualPlatform(now === undefined ? {} : { now });
  const server = scriptedServer({ sessionId: "s-1" });
  const link = faultyLink({ platform, server, ...options });
  const backend = sessionstreamBackend({
    url: "https://shop.example/api/chat",
    transport: link,
    platform: clientPlatform?.(platform) ?? platform,
  });
  const observer = recordingObserver(platform);
  const handle = backend.open(sessionId("s-1"), observer);
  platform.advance(0);
  const wait = (ms: number, stepMs = 1_000) => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      platform.advance(stepMs);
      platform.runFrames();
    }
  };
  return { platform, server, link, observer, handle, wait };
}

function shown({ timeline }: RecordingObserver) {
  return { cursor: timeline.getCursor(), entities: timeline.getOrder().map((key) => timeline.getEntity(key)) };
}

const truth = ({ log }: ScriptedServer) => ({ cursor: log.cursor(), entities: log.entities() });

describe("a line that is dead and does not say so", () => {
  it.each([
    ["both ways", { toServer: false, toClient: false }],
    ["towards the client", { toServer: true, toClient: false }],
  ])("F-W1 %s is found within 36 s, and all is there when it works again", (_name, deaf) => {
    const { link, observer, server, wait, platform } = linkScene();
    Object.assign(link, deaf);
    link.push(server.commit([put("m1")]));
    wait(36_000);
    expect(observer.connections.at(-1)?.type).not.toBe("open");
    expect(observer.hydrations.at(-1)).toEqual({ type: "stale" });
    Object.assign(link, { toServer: true, toClient: true });
    wait(MINUTE);
    platform.runFrames();
    expect(observer.hydrations.at(-1)).toEqual({ type: "ready" });
    expect(shown(observer)).toEqual(truth(server));
  });

  it("F-W1 towards the server is found by the server within 36 s, and the client comes back", () => {
    const { link, observer, wait } = linkScene();
    link.toServer = false;
    wait(36_000);
    expect(types(observer.connections).slice(-2)).not.toEqual(["open", "open"]);
    expect(link.opened).toBeGreaterThan(1);
    link.toServer = true;
    wait(MINUTE);
    expect(observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });
});

describe("what lies between", () => {
  it.each([
    ["our server", 25_000],
    ["a server that sends no heartbeats", 0],
  ])("F-W2 AT-21 hangs up after 30 s of silence: with %s there is none in ten minutes", (_name, heartbeatMs) => {
    const { link, observer, wait } = linkScene({ heartbeatMs, idleMs: 30_000 });
    wait(10 * MINUTE);
    expect(link.opened).toBe(1);
    expect(types(observer.connections)).toEqual(["idle", "connecting", "open"]);
  });

  it("AT-21 swallows pings: the client connects again and misses nothing", () => {
    const { link, observer, server, wait } = linkScene({ heartbeatMs: 120_000, idleMs: 30_000 });
    for (let tool = 0; tool < 5; tool += 1) {
      wait(2 * MINUTE);
      link.push(server.commit([put(`m${tool}`)]));
    }
    wait(MINUTE);
    expect(link.opened).toBeGreaterThan(1);
    expect(shown(observer)).toEqual(truth(server));
  });
});

describe("a page in the background", () => {
  it("F-P3 whose timers run once a minute stays connected for half an hour: answers need no timer", () => {
    const { link, observer, server, wait } = linkScene({
      clientPlatform: (platform) => ({
        ...platform,
        setTimer(delayMs, callback) {
          const due = Math.ceil((platform.monotonic() + delayMs) / MINUTE) * MINUTE;
          return platform.setTimer(due - platform.monotonic(), callback);
        },
      }),
    });
    for (let minute = 0; minute < 30; minute += 1) {
      wait(MINUTE);
      link.push(server.commit([put(`m${minute % 5}`)]));
    }
    wait(MINUTE);
    expect(link.opened).toBe(1);
    expect(types(observer.connections)).toEqual(["idle", "connecting", "open"]);
    expect(shown(observer)).toEqual(truth(server));
  });

  it("AT-2 frozen for 90 s in the middle of a turn comes back open, without an error on the way", () => {
    const { link, observer, server, wait, platform } = linkScene();
    link.push(server.commit([put("m1", "the first half")]));
    wait(1_000);
    link.toClient = false;
    link.push(server.commit([put("m2", "the second half")]));
    platform.sleep(90_000);
    link.toClient = true;
    platform.setVisible(true);
    wait(2_000);
    expect(types(observer.connections)).toEqual(["idle", "connecting", "open", "connecting", "open"]);
    expect(types(observer.hydrations)).toEqual(["loading", "ready", "stale", "ready"]);
    expect(shown(observer)).toEqual(truth(server));
  });
});

describe("frames that get lost", () => {
  it("F-W7 the last one of every turn is found by the next heartbeats", () => {
    const { link, observer, server, wait } = linkScene();
    for (let turn = 0; turn < 20; turn += 1) {
      for (let frame = 0; frame < 4; frame += 1) link.push(server.commit([put(`m${turn}`, `part ${frame}`)]));
      server.commit([put(`m${turn}`, "all of it")]);
      wait(MINUTE);
      expect(shown(observer)).toEqual(truth(server));
    }
    expect(link.opened).toBe(1);
  });

  it("F-W4 cut after any frame of forty, snapshots in parts among them, it shows a whole commit and then everything", () => {
    for (let cut = 0; cut <= 40; cut += 1) {
      const { link, observer, server, wait, platform } = linkScene();
      const history = [truth(server)];
      const frames: ServerFrameJson[] = [];
      for (let at = 0; at < 20; at += 1) {
        frames.push(server.commit([put(`m${at}`), put("twin", `${at}`)]));
        history.push(truth(server));
      }
      frames.push(...snapshotInParts(server));
      for (const frame of frames.slice(0, cut)) link.push(frame);
      Object.assign(link, { toClient: false, toServer: false });
      platform.runFrames();
      expect(history).toContainEqual(shown(observer));
      wait(40_000);
      Object.assign(link, { toClient: true, toServer: true });
      wait(MINUTE, 5_000);
      expect(shown(observer)).toEqual(truth(server));
    }
  });
});

/** The state as the server would send it unasked, in twenty parts. */
function snapshotInParts({ log }: ScriptedServer): readonly ServerFrameJson[] {
  const parts = scriptedServer({ sessionId: "s-1", partSize: 1 });
  for (const entity of log.entities()) parts.commit([put(entity.id, String(entity.payload["text"]))]);
  const [, ...rest] = parts.answer({ subscribe: { sessionId: "s-1" } }).toReversed();
  const { epoch, view, ordinal, tag } = log.cursor();
  return rest.toReversed().map((frame) => ({
    snapshot: { ...frame.snapshot, epoch, view, snapshotOrdinal: String(ordinal), tag, requestId: "" },
  }));
}

describe("frames that come late", () => {
  const session = fc.constantFrom("a", "b", "c");
  const action = fc.oneof(
    fc.record({ type: fc.constantFrom("open", "close", "commit"), session }),
    fc.record({ type: fc.constant("deliver"), session, count: fc.integer({ min: 1, max: 4 }) }),
  );

  it("F-W6 of a session that was let go reach nobody; of one that was opened again they confuse nobody", () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 40, maxLength: 40 }), (actions) => {
        const platform = createManualPlatform();
        const servers = new Map(["a", "b", "c"].map((name) => [name, scriptedServer({ sessionId: name })]));
        const subscribed = new Set<string>();
        const line: ServerFrameJson[] = [];
        let text = (_frame: string): void => undefined;
        const backend = sessionstreamBackend({
          url: "https://shop.example/api/chat",
          platform,
          transport: {
            open(_url, handlers) {
              text = handlers.text;
              subscribed.clear();
              line.splice(0, line.length, helloFrame());
              return {
                close: () => line.splice(0),
                send(said) {
                  const frame = JSON.parse(said);
                  const name = frame.subscribe?.sessionId ?? frame.unsubscribe?.sessionId;
                  if (frame.unsubscribe !== undefined) subscribed.delete(name);
                  if (frame.subscribe !== undefined) subscribed.add(name);
                  line.push(...(servers.get(name)?.answer(frame) ?? []));
                },
              };
            },
          },
        });
        const followed = new Map<string, { observer: RecordingObserver; close: () => void }>();
        const closed: (readonly [RecordingObserver, number])[] = [];
        const deliver = (count: number) => {
          for (const frame of line.splice(0, count)) text(JSON.stringify(frame));
        };
        const count = ({ updates, connections, hydrations }: RecordingObserver) =>
          updates.length + connections.length + hydrations.length;

        for (const one of actions) {
          const { session: name } = one;
          const open = followed.get(name);
          if (one.type === "open" && open === undefined) {
            const observer = recordingObserver(platform);
            const handle = backend.open(sessionId(name), observer);
            followed.set(name, { observer, close: () => handle.close() });
          } else if (one.type === "close" && open !== undefined) {
            open.close();
            followed.delete(name);
            closed.push([open.observer, count(open.observer)]);
          } else if (one.type === "commit") {
            const frame = servers.get(name)?.commit([put("m", `${line.length}`)]);
            if (subscribed.has(name) && frame !== undefined) line.push(frame);
          } else if ("count" in one) deliver(one.count);
        }
        for (let turn = 0; turn < 10; turn += 1) deliver(line.length);
        platform.runFrames();
        for (const [observer, before] of closed) expect(count(observer)).toBe(before);
        for (const [name, { observer }] of followed) {
          const server = servers.get(name);
          expect(server && shown(observer)).toEqual(server && truth(server));
        }
        backend.close();
      }),
      // Forty actions each: ten thousand.
      { numRuns: 250 },
    );
  });
});

describe("versions of the protocol", () => {
  it.each([
    ["says nothing of it", {}, "open"],
    ["speaks ours only", { protocolMin: 1, protocolMax: 1 }, "open"],
    ["speaks ours and later ones", { protocolMin: 1, protocolMax: 7 }, "open"],
    ["speaks later ones only", { protocolMin: 2, protocolMax: 7 }, "failed"],
  ])("F-W8 a server that %s", (_name, versions, expected) => {
    const { transport, observer, platform } = followSession("s-1");
    const { protocolMin: _, protocolMax: __, ...hello } = helloFrame().hello ?? {};
    transport.current.receive({ hello: { ...hello, ...versions } });
    expect(observer.connections.at(-1)?.type).toBe(expected);
    if (expected !== "failed") return;
    expect(observer.connections.at(-1)).toMatchObject({ error: { code: "upgrade_required" } });
    expect(transport.current.closedByClient?.code).toBe(4406);
    platform.advance(60 * MINUTE);
    platform.setVisible(true);
    expect(transport.connections).toHaveLength(1);
  });

  it("F-W8 a server that turns ours away is not asked again; frames it may send to newer ones are passed over", () => {
    const { transport, observer, platform, diagnostics } = followSession("s-1");
    transport.current.receive(helloFrame());
    transport.current.receive({ levitation: { height: 3 } });
    expect(diagnostics.at(-1)).toEqual({ type: "unknown-frame", arm: "levitation" });
    expect(observer.connections.at(-1)?.type).toBe("open");
    transport.current.lose(4406);
    platform.advance(60 * MINUTE);
    expect(observer.connections.at(-1)).toMatchObject({ type: "failed", error: { code: "upgrade_required" } });
    expect(transport.connections).toHaveLength(1);
  });
});

describe("the page's word on the network", () => {
  it("G47 counts less than the line: offline by the page, it stays open while the server answers", () => {
    const { platform, observer, wait, link } = linkScene();
    platform.setOnline(false);
    wait(2 * MINUTE);
    expect(observer.connections.at(-1)?.type).toBe("open");
    Object.assign(link, { toServer: false, toClient: false });
    wait(MINUTE);
    expect(observer.connections).toContainEqual(expect.objectContaining({ type: "waiting", reason: "offline" }));
    Object.assign(link, { toServer: true, toClient: true });
    platform.setOnline(true);
    wait(MINUTE);
    expect(observer.connections.at(-1)?.type).toBe("open");
    expect(observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });
});

describe("a wrong clock", () => {
  it("F-W10 by a year, either way, changes nothing of what is sent or shown", () => {
    const YEAR = 365 * 24 * 60 * MINUTE;
    const lives = [-YEAR, 0, YEAR].map((error) => {
      const { link, observer, server, wait } = linkScene({ now: 1_700_000_000_000 + error });
      link.push(server.commit([put("m1")]));
      link.toClient = false;
      server.commit([put("m2")]);
      wait(36_000);
      link.toClient = true;
      wait(MINUTE);
      return { ...shown(observer), opened: link.opened, told: [types(observer.connections), observer.hydrations] };
    });
    expect(lives[0]).toEqual(lives[1]);
    expect(lives[2]).toEqual(lives[1]);
  });
});
