import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FollowedSession, followSession } from "../../testing/followed-session.ts";
import { defineTimelineMapping } from "../../timeline/mapping.ts";

const notes = defineTimelineMapping({
  name: "notes",
  on: {
    Noted: ({ id, text }) => [{ type: "upsert", kind: "Note", id: String(id), props: { text: text ?? "" } }],
    Broken: () => {
      throw new Error("boom");
    },
  },
  hydrate: (entity) => (entity.kind === "Note" ? entity : null),
});

const hello = { hello: { connectionId: "conn-1" } };
const event = (ordinal: number | bigint, id: string, name = "Noted") => ({
  uiEvent: { sessionId: "s-1", eventOrdinal: String(ordinal), name, payload: { "@type": "x/Note", id, text: id } },
});
const snapshot = (ordinal: number | bigint) => ({ snapshot: { sessionId: "s-1", snapshotOrdinal: String(ordinal) } });
const subscribed = { subscribed: { sessionId: "s-1" } };

function follow(): FollowedSession {
  const session = followSession("s-1", { mappings: [notes] });
  session.transport.current.receive(hello);
  return session;
}

function receive({ transport }: FollowedSession, ...frames: object[]): void {
  for (const frame of frames) transport.current.receive(frame);
}

function shown({ observer, platform }: FollowedSession): readonly string[] {
  platform.runFrames();
  return observer.timeline.getOrder().map((key) => key.slice("Note/".length));
}

describe("a session on a reference server", () => {
  it("sends nothing such a server does not know", () => {
    expect(follow().transport.current.sent).toEqual([{ subscribe: { sessionId: "s-1" } }]);
  });

  it("K02 T5.1 is ready after subscribed, answers pings meanwhile", () => {
    const session = follow();
    receive(session, { ping: { nonce: "n" } }, snapshot(10));
    expect(session.observer.hydrations.at(-1)).not.toEqual({ type: "ready" });
    expect(session.transport.current.sent.at(-1)).toEqual({ pong: { nonce: "n" } });
    receive(session, subscribed);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });

  it("K03 K04 T5.2 keeps what is newer than the snapshot, siblings included", () => {
    const session = follow();
    receive(session, event(10, "old"), event(11, "a"), event(11, "b"), snapshot(10), subscribed);
    expect(shown(session)).toEqual(["a", "b"]);
    expect(session.observer.timeline.getCursor().ordinal).toBe(11n);
  });

  it("P10 a live event between snapshot and subscribed counts once", () => {
    const session = follow();
    receive(session, snapshot(10), event(11, "a"), subscribed);
    expect(session.observer.updates.map(({ type }) => type)).toEqual(["full", "mutations"]);
  });

  it("K04 P07 whatever the interleaving: newer than the snapshot, by ordinal, siblings as they came", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 12n }), { maxLength: 30 }),
        fc.bigInt({ min: 0n, max: 12n }),
        (ordinals, boundary) => {
          const session = follow();
          receive(session, ...ordinals.map((ordinal, at) => event(ordinal, `${at}`)), snapshot(boundary), subscribed);
          const expected = ordinals
            .map((ordinal, at) => ({ ordinal, at }))
            .filter(({ ordinal }) => ordinal > boundary)
            .sort((a, b) => Number(a.ordinal - b.ordinal) || a.at - b.at);
          const applied = session.observer.updates.flatMap((update) =>
            update.type === "mutations" ? update.mutations.flatMap((one) => ("id" in one ? [one.id] : [])) : [],
          );
          expect(applied).toEqual(expected.map(({ at }) => `${at}`));
        },
      ),
    );
  });

  it("K03 K13 T5.6 more than the buffer holds is asked for again instead of failing", () => {
    const session = follow();
    for (let ordinal = 1; ordinal <= 1_001; ordinal++) receive(session, event(ordinal, "x"));
    expect(session.transport.current.sent).toHaveLength(2);
    expect(session.diagnostics).toContainEqual({ type: "resync", sessionId: "s-1", reason: "overflow", attempt: 0 });
    receive(session, snapshot(2_000), subscribed);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });

  it("K03 the buffer is bounded in size too", () => {
    const session = follow();
    const megabyte = "x".repeat(1024 * 1024);
    for (let ordinal = 1; ordinal <= 4; ordinal++) receive(session, event(ordinal, megabyte));
    expect(session.transport.current.sent).toHaveLength(2);
  });

  it("K08 T5.3 comes back with the ordinal it had applied", () => {
    const session = follow();
    receive(session, snapshot(10), subscribed, event(12, "a"));
    session.transport.current.lose();
    session.platform.advance(3_000);
    receive(session, hello);
    expect(session.transport.current.sent).toEqual([{ subscribe: { sessionId: "s-1", sinceSnapshotOrdinal: "12" } }]);
  });

  it("K13 an error while the content arrives means asking again later; afterwards it is about something else", () => {
    const session = follow();
    receive(session, { error: { code: "protocol_error", message: 'load snapshot for "s-1": boom' } });
    session.platform.advance(1_500);
    expect(session.transport.current.sent).toHaveLength(2);
    receive(session, snapshot(1), subscribed, { error: { code: "bad_client_frame", message: "unknown field" } });
    session.platform.advance(20_000);
    expect(session.transport.current.sent).toHaveLength(2);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });

  it("K12 pings a server that does not, and leaves one that does not answer", () => {
    const session = follow();
    receive(session, snapshot(1), subscribed);
    session.platform.advance(25_000);
    const ping = session.transport.current.sent.at(-1);
    receive(session, { pong: { nonce: ping?.ping?.nonce } });
    session.platform.advance(10_000);
    expect(session.transport.current.isOpen).toBe(true);
    session.platform.advance(40_000);
    expect(session.transport.connections[0]?.closedByClient?.code).toBe(4012);
  });

  it("K23 reports an event that no mapping knows, once, and follows on", () => {
    const session = follow();
    receive(session, snapshot(1), subscribed, event(2, "x", "Levitated"), event(3, "x", "Levitated"), event(4, "a"));
    expect(session.diagnostics.filter(({ type }) => type === "unhandled-event")).toHaveLength(1);
    expect(shown(session)).toEqual(["a"]);
  });

  it("L12: a mapping that throws costs its own event", () => {
    const session = follow();
    receive(session, snapshot(1), subscribed, event(2, "x", "Broken"), event(3, "a"));
    expect(session.diagnostics.map(({ type }) => type)).toContain("mapping-failed");
    expect(shown(session)).toEqual(["a"]);
  });

  it("a frame that cannot be read means asking again: nothing else would ever tell", () => {
    const session = follow();
    receive(session, snapshot(1), subscribed);
    session.transport.current.receive('{"uiEvent": {');
    expect(session.transport.current.sent).toHaveLength(2);
  });
});
