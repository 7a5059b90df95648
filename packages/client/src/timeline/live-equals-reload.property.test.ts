import { entityKey } from "@sessionstream/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimelineUpdate } from "../backend/chat-backend.ts";
import { createLocalLog, type LocalChange, type LocalLog } from "../backend/local/local-log.ts";
import { deltaOf, fullOf, pageOf } from "../backend/local/local-window.ts";
import {
  appendText,
  assistantMessage,
  finishText,
  reasoning,
  run,
  toolCall,
  toolResult,
} from "../testing/chat-changes.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import type { TimelineEntity } from "./entity.ts";
import { isHeld } from "./state.ts";
import { createTimelineStore } from "./store.ts";

const KINDS = ["ChatMessage", "ChatToolCall"];
const IDS = ["a", "b", "c", "d"];

type Write =
  | { readonly type: "put"; readonly kind: string; readonly id: string; readonly text: string; readonly open: boolean }
  | {
      readonly type: "append";
      readonly kind: string;
      readonly id: string;
      readonly text: string;
      readonly open: boolean;
    }
  | { readonly type: "remove"; readonly kind: string; readonly id: string };

const target = { kind: fc.constantFrom(...KINDS), id: fc.constantFrom(...IDS) };
const written = { ...target, text: fc.string({ maxLength: 3 }), open: fc.boolean() };
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("put" as const), ...written }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("append" as const), ...written }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), ...target }) },
);
const batch = fc.uniqueArray(write, { maxLength: 4, selector: ({ kind, id }) => entityKey(kind, id) });

/** A client's fate before a commit: it hears it, hears it twice, lets go of old rows, or is away and comes back with a delta or a full. */
const fate = fc.constantFrom("hear", "hear", "hear", "hear-twice", "delta", "full", "page", "forget", "away");

/** What exists is patched, what does not is created. */
function changesOf(log: LocalLog, writes: readonly Write[]): readonly LocalChange[] {
  return writes.map((one): LocalChange => {
    if (one.type === "remove") return one;
    const { kind, id, text, open } = one;
    const before = log.get(kind, id);
    if (one.type === "append" && before !== undefined) return { type: "patch", kind, id, append: { text }, open };
    return { type: "put", kind, id, payload: { text }, open };
  });
}

function createFollower(log: LocalLog, window: number) {
  const platform = createManualPlatform();
  const store = createTimelineStore(platform);
  let floor = 0n;
  function apply(update: TimelineUpdate): void {
    expect(store.apply(update)).toBe("applied");
    if ("floor" in update) ({ floor } = update);
  }
  apply(fullOf(log, window));
  return {
    apply,
    catchUp: (how: "delta" | "full") =>
      apply(how === "full" ? fullOf(log, window) : deltaOf(log, store.getCursor(), floor)),
    forget: () => apply({ type: "forget", floor: floor + 1n }),
    page: () => apply(pageOf(log, floor, 1)),
    shown(): readonly (TimelineEntity | undefined)[] {
      platform.runFrames();
      return store.getOrder().map((key) => store.getEntity(key));
    },
    expected: () => log.entities().filter((entity) => isHeld(entity, floor)),
    cursor: () => store.getCursor(),
  };
}

describe("a live timeline", () => {
  it("L4: K24 equals a fresh snapshot at every ordinal it shows, in its window, whatever it missed or heard twice", () => {
    const step = fc.record({ writes: batch, fate });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.integer({ min: 0, max: 3 }), (steps, window) => {
        const log = createLocalLog({ epoch: "e", now: () => 0 });
        const client = createFollower(log, window);
        let away = false;
        for (const { writes, fate: next } of steps) {
          const update = log.commit(changesOf(log, writes));
          if (next === "away") away = true;
          else if (next === "delta" || next === "full") client.catchUp(next);
          else if (away) client.catchUp("delta");
          else client.apply(update);
          if (next === "away") continue;
          away = false;
          if (next === "hear-twice") client.apply(update);
          if (next === "page") client.page();
          if (next === "forget") client.forget();
          expect(client.shown()).toEqual(client.expected());
          expect(client.cursor()).toEqual(log.cursor());
        }
      }),
    );
  });

  it("K16 AT-12 is not moved by old commits, however many and in whatever order", () => {
    const repeats = fc.array(fc.nat(), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 15 }), repeats, (script, order) => {
        const log = createLocalLog({ epoch: "e", now: () => 0 });
        const client = createFollower(log, 0);
        const updates = script.map((writes) => {
          const update = log.commit(changesOf(log, writes));
          client.apply(update);
          return update;
        });
        for (const place of order) {
          const old = updates[place % updates.length];
          if (old !== undefined) client.apply(old);
        }
        expect(client.shown()).toEqual(log.entities());
        expect(client.cursor()).toEqual(log.cursor());
      }),
    );
  });

  it("AT-1 cut anywhere in a turn of 500 events and resumed, it ends as if it had not been", () => {
    const log = createLocalLog({ epoch: "e", now: () => 0 });
    const script = [...turnOf500()];
    const uncut = createFollower(log, 0);
    const followers = script.map((changes, cut) => {
      const client = createFollower(log, 0);
      const update = log.commit(changes);
      uncut.apply(update);
      return { cut, client };
    });
    const whole = uncut.shown();
    expect(script).toHaveLength(500);
    for (const { cut, client } of followers) {
      expect(client.shown().length).toBeLessThanOrEqual(whole.length);
      client.catchUp(cut % 2 === 0 ? "delta" : "full");
      expect(client.shown()).toEqual(whole);
    }
  });
});

/** Text, reasoning, two tools. */
function* turnOf500(): Generator<readonly LocalChange[]> {
  yield [run("r", "running")];
  yield [reasoning({ id: "think", text: "", streaming: true })];
  for (let delta = 0; delta < 150; delta += 1) yield [appendText("think", `t${delta} `)];
  yield [finishText("think")];
  for (const tool of ["one", "two"]) {
    yield [toolCall(tool, { toolName: tool, status: "running" })];
    yield [toolCall(tool, { toolName: tool, status: "completed" }), toolResult(tool, tool, "{}")];
  }
  yield [assistantMessage({ id: "text", streaming: true })];
  for (let delta = 0; delta < 341; delta += 1) yield [appendText("text", `w${delta} `)];
  yield [finishText("text"), run("r", "finished")];
}
