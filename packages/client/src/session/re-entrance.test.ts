import { sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { SessionHandle, SessionObserver, TimelineUpdate } from "../backend/chat-backend.ts";
import { createChatClient } from "../create-chat-client.ts";
import { fakeHub } from "../testing/fake-hub.ts";
import { type FollowedSession, followSession } from "../testing/followed-session.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { type ScriptedServer, scriptedServer } from "../testing/scripted-server.ts";
import { helloFrame } from "../testing/wire-frames.ts";
import { createTimelineStore } from "../timeline/store.ts";

const put = (id: string) => ({ type: "put", kind: "ChatMessage", id, payload: { text: id } }) as const;

interface Scene {
  readonly wire: FollowedSession;
  readonly server: ScriptedServer;
  readonly handle: SessionHandle;
  /** The server's answers to all that was said on the current connection and not answered yet. */
  answer(): void;
}

/** A session followed by an observer that does `meanwhile` in the middle of every update it is told, once per update. */
function reentrant(meanwhile: (scene: Scene, update: TimelineUpdate) => void) {
  const wire = followSession("other");
  const { platform, transport } = wire;
  const server = scriptedServer({ sessionId: "s" });
  const timeline = createTimelineStore(platform);
  const spans: string[] = [];
  let answered = 0;
  let connection = transport.current;

  const scene: Scene = {
    wire,
    server,
    handle: {
      loadEarlier: (limit) => handle.loadEarlier(limit),
      forgetBelow: (floor) => handle.forgetBelow(floor),
      reconnect: () => handle.reconnect(),
      close: () => handle.close(),
    },
    answer() {
      if (connection !== transport.current) {
        connection = transport.current;
        answered = 0;
      }
      while (answered < connection.sent.length) {
        const said = connection.sent[answered] ?? {};
        answered += 1;
        const about = said.subscribe?.sessionId ?? said.page?.sessionId ?? "s";
        if (about === "s") for (const frame of server.answer(said)) connection.receive(frame);
      }
    },
  };
  const observer: SessionObserver = {
    apply(update) {
      spans.push(`begin ${update.type}`);
      meanwhile(scene, update);
      const result = timeline.apply(update);
      spans.push(`end ${update.type}`);
      return result;
    },
    connection: () => undefined,
    hydration: () => undefined,
  };
  const handle = wire.backend.open(sessionId("s"), observer);
  for (const id of ["a", "b"]) server.commit([put(id)]);
  transport.current.receive(helloFrame());
  scene.answer();
  return { ...scene, timeline, spans };
}

/** Each update ends before the next begins. */
function expectNoInterleaving(spans: readonly string[]): void {
  expect(spans.length).toBeGreaterThan(2);
  for (let at = 0; at < spans.length; at += 2) expect(spans[at + 1]).toBe(spans[at]?.replace("begin", "end"));
}

const MEANWHILE: readonly [string, (scene: Scene, update: TimelineUpdate) => void][] = [
  [
    "the next commits arrive",
    ({ wire, server }) => {
      if (server.log.cursor().ordinal < 6n) {
        wire.transport.current.receive(server.commit([put(`m${server.log.cursor().ordinal}`)]));
      }
    },
  ],
  [
    "it asks for older rows",
    ({ handle, answer }, { type }) => {
      if (type === "page") return;
      handle.loadEarlier(10).catch(() => undefined);
      answer();
    },
  ],
  [
    "it asks to try again",
    ({ handle, answer }, { type }) => {
      if (type !== "commit") return;
      handle.reconnect();
      answer();
    },
  ],
  [
    "the connection goes and comes back",
    ({ wire, answer }, { type }) => {
      if (type !== "commit") return;
      wire.transport.current.lose();
      wire.platform.advance(5_000);
      wire.transport.current.receive(helloFrame());
      answer();
    },
  ],
  [
    "it sends a command",
    ({ wire }) => {
      const command = { session: sessionId("s"), name: "NoSuchCommand", commandId: "c", payload: {} };
      wire.backend.submit(command, new AbortController().signal).catch(() => undefined);
    },
  ],
];

describe("an observer that comes back while it is told something", () => {
  it.each(MEANWHILE)("K06 is never told the next before it is done: %s", (_, meanwhile) => {
    const scene = reentrant(meanwhile);
    scene.wire.transport.current.receive(scene.server.commit([put("c")]));
    scene.answer();
    scene.wire.platform.runFrames();
    expectNoInterleaving(scene.spans);
    expect(scene.timeline.getCursor()).toEqual(scene.server.log.cursor());
    expect(scene.timeline.getOrder()).toEqual(scene.server.log.entities().map(({ key }) => key));
  });

  it("K06 is told nothing more once it has closed the session", () => {
    const scene = reentrant(({ handle, wire, server }, { type }) => {
      if (type !== "commit") return;
      handle.close();
      wire.transport.current.receive(server.commit([put("late")]));
    });
    scene.wire.transport.current.receive(scene.server.commit([put("c")]));
    expect(scene.spans).toEqual(["begin full", "end full", "begin commit", "end commit"]);
  });
});

describe("a listener that sends", () => {
  it("K06 sees each change whole: what it causes comes after it", async () => {
    const platform = createManualPlatform();
    const hub = fakeHub({ platform });
    const { thread } = createChatClient({ backend: hub.backend, platform }).acquire(sessionId("s"));
    const sent: Promise<void>[] = [];
    const spans: string[] = [];
    const frame = async () => {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      platform.runFrames();
    };
    await frame();
    thread.timeline.subscribe(() => {
      const before = thread.timeline.getOrder();
      spans.push("begin");
      if (sent.length < 3) sent.push(thread.send({ text: `answer ${sent.length}` }));
      hub.session(sessionId("s")).commit([put(`pushed ${spans.length}`)]);
      expect(thread.timeline.getOrder()).toBe(before);
      spans.push("end");
    });
    hub.session(sessionId("s")).commit([put("first")]);
    for (let turn = 0; turn < 6; turn += 1) await frame();
    await Promise.all(sent);
    expectNoInterleaving(spans);
    const own = thread.timeline.getOrder().map((key) => thread.timeline.getEntity(key)?.payload["content"]);
    expect(own.filter((text) => text !== undefined)).toEqual(["answer 0", "answer 1", "answer 2"]);
  });
});
