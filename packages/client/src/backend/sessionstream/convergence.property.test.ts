import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followSession } from "../../testing/followed-session.ts";
import { type ScriptedServer, scriptedServer } from "../../testing/scripted-server.ts";
import { helloFrame } from "../../testing/wire-frames.ts";
import type { TimelineEntity } from "../../timeline/entity.ts";
import { isHeld } from "../../timeline/state.ts";
import type { LocalChange } from "../local/local-log.ts";

const SESSION = "s-1";
const IDS = ["a", "b", "c"];

/** What becomes of one frame on its way to the client. */
const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant("arrives" as const) },
  { weight: 1, arbitrary: fc.constantFrom("lost", "twice", "late", "cut", "foreign", "unknown") },
);

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("commit" as const),
      id: fc.constantFrom(...IDS),
      write: fc.constantFrom("put", "append", "settle", "remove"),
      text: fc.string({ maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom("ping", "page", "lose", "wake", "offline", "reconnect"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("restore" as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
);

type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;
type Fate = typeof fate extends fc.Arbitrary<infer Value> ? Value : never;

function changeOf(server: ScriptedServer, { id, write, text }: Extract<Action, { type: "commit" }>): LocalChange {
  const kind = "ChatMessage";
  const before = server.log.get(kind, id);
  if (write === "remove") return { type: "remove", kind, id };
  if (before === undefined || write === "put") return { type: "put", kind, id, payload: { text }, open: true };
  if (write === "settle") return { type: "patch", kind, id, open: false, set: { final: true } };
  return { type: "patch", kind, id, append: { text } };
}

/** A network between a client and a server that does to each frame what its fate says, until it heals. */
function network(fates: readonly Fate[], partSize: number) {
  const session = followSession(SESSION, { window: 2 });
  const { transport, platform, observer } = session;
  const server = scriptedServer({ sessionId: SESSION, partSize });
  const history = new Map<string, readonly TimelineEntity[]>();
  const answered = new WeakMap<object, number>();
  let late: object[] = [];
  let next = 0;
  let healed = false;

  const remember = () => {
    const { epoch, ordinal } = server.log.cursor();
    history.set(`${epoch}/${ordinal}`, server.log.entities());
  };
  remember();

  function deliver(frame: object): void {
    const connection = transport.current;
    const kind = healed ? "arrives" : (fates[next++ % fates.length] ?? "arrives");
    const text = JSON.stringify(frame);
    if (kind === "late") {
      late.push(frame);
      return;
    }
    if (kind === "arrives" || kind === "twice") connection.receive(text);
    if (kind === "twice") connection.receive(text);
    if (kind === "cut") connection.receive(text.slice(0, text.length / 2));
    if (kind === "foreign") connection.receive(text.replace(`"${SESSION}"`, '"s-2"'));
    if (kind === "unknown") connection.receive({ levitation: { sessionId: SESSION } });
    const held = late;
    late = [];
    for (const one of held) connection.receive(one);
  }

  /** The server reads what the client said and answers, until both have nothing to say. */
  function converse(): void {
    for (;;) {
      const connection = transport.current;
      if (!connection.isOpen) return;
      const heard = answered.get(connection);
      if (heard === undefined) {
        answered.set(connection, 0);
        late = [];
        deliver(helloFrame({ heartbeatIntervalMs: 25_000 }));
        continue;
      }
      const said = connection.sent[heard];
      if (said === undefined) return;
      answered.set(connection, heard + 1);
      for (const frame of server.answer(said)) deliver(frame);
    }
  }

  return {
    session,
    server,
    deliver,
    converse,
    remember,
    heal() {
      healed = true;
      platform.setOnline(true);
      for (let seconds = 0; seconds < 120; seconds += 2) {
        converse();
        if (seconds % 24 === 0 && transport.current.isOpen) transport.current.receive(server.ping());
        converse();
        platform.advance(2_000);
      }
      converse();
    },
    /** L4: whatever the client shows is the fold of the log at its cursor, restricted to its window. */
    expectFold() {
      platform.runFrames();
      const { epoch, ordinal } = observer.timeline.getCursor();
      if (epoch === "") return;
      const floors = observer.updates.flatMap((update) => ("floor" in update ? [update.floor] : []));
      const floor = floors.at(-1) ?? 0n;
      const shown = observer.timeline.getOrder().map((key) => observer.timeline.getEntity(key));
      expect(shown).toEqual(history.get(`${epoch}/${ordinal}`)?.filter((entity) => isHeld(entity, floor)));
    },
  };
}

function take(net: ReturnType<typeof network>, one: Action, epoch: number): void {
  const { session, server } = net;
  const { transport, platform } = session;
  switch (one.type) {
    case "commit": {
      const frame = server.commit([changeOf(server, one)]);
      net.remember();
      net.deliver(frame);
      return;
    }
    case "restore":
      server.restore(`epoch-${epoch}`);
      net.remember();
      return;
    case "ping":
      net.deliver(server.ping());
      return;
    case "page":
      session.handle.loadEarlier(1).catch(() => {});
      return;
    case "lose":
      transport.current.lose();
      return;
    case "wake":
      platform.setOnline(true);
      return;
    case "offline":
      platform.setOnline(false);
      return;
    case "reconnect":
      session.handle.reconnect();
      return;
    case "wait":
      platform.advance("ms" in one ? one.ms : 0);
  }
}

describe("a client on a bad network", () => {
  it("L4: F-C9 F-C10 AT-12 never throws, never shows what never was, and converges once frames arrive again", {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 40 }),
        fc.array(fate, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        (actions, fates, partSize) => {
          const net = network(fates, partSize);
          net.converse();
          actions.forEach((one, index) => {
            take(net, one, index + 2);
            net.converse();
            net.expectFold();
          });
          net.heal();
          net.expectFold();
          expect(net.session.observer.timeline.getCursor()).toEqual(net.server.log.cursor());
          expect(net.session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
          expect(net.session.diagnostics.filter(({ type }) => type === "observer-failed")).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
