import { type Cursor, entityKey, type JsonObject, UNBORN } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { timelineEntity } from "../testing/timeline-entity.ts";
import { applyUpdate } from "./apply-update.ts";
import type { BoundMutation } from "./mutation.ts";
import { createTimelineState } from "./state.ts";

const M = { kind: "ChatMessage", id: "m" };
const W = { kind: "Widget", id: "w" };

/** Each list is one event; ordinals count up from 1. */
function stateAfter(...events: readonly (readonly BoundMutation[])[]) {
  const state = createTimelineState();
  for (const [index, mutations] of events.entries()) {
    applyUpdate(state, { type: "mutations", ordinal: BigInt(index + 1), mutations });
  }
  return state;
}

function payloadAfter(...events: readonly (readonly BoundMutation[])[]): JsonObject | undefined {
  return stateAfter(...events).entities.get(entityKey("ChatMessage", "m"))?.payload;
}

describe("mutations", () => {
  it("K19 happen in one order within an event: delete, upsert, upsertIfExists, text, patch, update", () => {
    const event: readonly BoundMutation[] = [
      { ...M, type: "update", change: (payload) => ({ ...payload, trace: `${String(payload["trace"])}U` }) },
      { ...M, type: "patch", props: { patched: true } },
      { ...M, type: "text", field: "trace", mode: "append", text: "T" },
      { ...M, type: "upsertIfExists", props: { trace: "E" } },
      { ...M, type: "upsert", props: { trace: "C" } },
      { ...M, type: "delete" },
    ];
    expect(payloadAfter([{ ...M, type: "upsert", props: { old: 1 } }], event)).toEqual({ trace: "ETU", patched: true });
  });

  it("K19 upsert creates or merges, upsertIfExists never creates, delete removes", () => {
    const upsert: BoundMutation = { ...M, type: "upsert", initial: { payload: { a: 0, b: 0 } }, props: { a: 1 } };
    expect(payloadAfter([upsert])).toEqual({ a: 1, b: 0 });
    expect(
      payloadAfter([upsert], [{ ...M, type: "upsert", initial: { payload: { b: 9 }, open: true }, props: { c: 2 } }]),
    ).toEqual({
      a: 1,
      b: 0,
      c: 2,
    });
    expect(payloadAfter([{ ...M, type: "upsertIfExists", props: { a: 1 } }])).toBeUndefined();
    expect(payloadAfter([upsert], [{ ...M, type: "delete" }])).toBeUndefined();
  });

  it("K20 append, append, replace give the replaced text and leave nothing else behind", () => {
    const text = (mode: "append" | "replace", words: string): readonly BoundMutation[] => [
      { ...M, type: "text", field: "content", mode, text: words },
    ];
    const created: readonly BoundMutation[] = [{ ...M, type: "upsert", props: { content: "" } }];
    expect(payloadAfter(created, text("append", "a"), text("append", "b"))).toEqual({ content: "ab" });
    expect(payloadAfter(created, text("append", "a"), text("append", "b"), text("replace", "c"))).toEqual({
      content: "c",
    });
    expect(payloadAfter(text("append", "a"))).toBeUndefined();
  });

  it("K21 a patch applies every path, as replacing those keys does", () => {
    const before = { list: [1], map: { x: 1 }, gone: 1, kept: 1 };
    const state = stateAfter(
      [{ ...W, type: "upsert", props: { props: before, other: 1 } }],
      [
        {
          ...W,
          type: "patch",
          field: "props",
          props: { list: [2], map: { y: 2 }, unlisted: 3 },
          paths: ["list", "map", "gone"],
        },
      ],
    );
    expect(state.entities.get(entityKey("Widget", "w"))?.payload).toEqual({
      props: { list: [2], map: { y: 2 }, kept: 1 },
      other: 1,
    });
  });

  it("K21 keys with a meaning to the language are data", () => {
    const hostile: JsonObject = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
    const payload = payloadAfter([{ ...M, type: "upsert", props: hostile }]);
    expect(Object.keys(payload ?? {})).toEqual(["__proto__", "constructor"]);
    expect(Object.hasOwn({}, "polluted")).toBe(false);
  });

  it("K16 siblings of one event all count, an older event does not", () => {
    const state = stateAfter([{ ...M, type: "upsert", props: { text: "a" } }]);
    const append = (ordinal: bigint, text: string) =>
      applyUpdate(state, {
        type: "mutations",
        ordinal,
        mutations: [{ ...M, type: "text", field: "text", mode: "append", text }],
      });
    append(2n, "b");
    append(2n, "c");
    append(1n, "x");
    const late: BoundMutation = { ...W, type: "upsert", props: {} };
    applyUpdate(state, { type: "mutations", ordinal: 1n, mutations: [late] });
    expect(state.entities.size).toBe(1);
    const entity = state.entities.get(entityKey("ChatMessage", "m"));
    expect(entity).toMatchObject({ createdOrdinal: 1n, lastEventOrdinal: 2n, payload: { text: "abc" } });
    expect(state.cursor.ordinal).toBe(2n);
  });

  it("K16 an entity that a snapshot brought newer is left alone", () => {
    const state = createTimelineState();
    const newer = timelineEntity({ ...M, createdOrdinal: 1n, lastEventOrdinal: 5n, payload: { text: "new" } });
    const cursor: Cursor = { ...UNBORN, ordinal: 3n };
    applyUpdate(state, { type: "full", cursor, entities: [newer], floor: 0n, hasEarlier: false });
    applyUpdate(state, {
      type: "mutations",
      ordinal: 4n,
      mutations: [{ ...M, type: "upsert", props: { text: "old" } }],
    });
    expect(state.entities.get(newer.key)).toBe(newer);
  });
});
