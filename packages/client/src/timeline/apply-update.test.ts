import { type Cursor, entityKey } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { EntityChange, TimelineUpdate } from "../backend/chat-backend.ts";
import { timelineEntity } from "../testing/timeline-entity.ts";
import { applyUpdate, type StateUpdate } from "./apply-update.ts";
import { createTimelineState, type TimelineState } from "./state.ts";

const A = entityKey("ChatMessage", "a");

function cursorAt(ordinal: bigint, epoch = "e1"): Cursor {
  return { epoch, view: "v", ordinal, tag: `t${ordinal}` };
}

const FIRST = timelineEntity({ id: "a", createdOrdinal: 1n, payload: { text: "a" } });

function full(ordinal: bigint, entities = [FIRST], epoch = "e1"): StateUpdate {
  return { type: "full", cursor: cursorAt(ordinal, epoch), entities, floor: 0n, hasEarlier: false };
}

function commit(ordinal: bigint, changes: readonly EntityChange[], epoch = "e1"): StateUpdate {
  return { type: "commit", epoch, ordinal, tag: `t${ordinal}`, changes };
}

function patch(
  id: string,
  ordinal: bigint,
  fields: Partial<Extract<EntityChange, { type: "patch" }>> = {},
): EntityChange {
  const change = {
    type: "patch",
    kind: "ChatMessage",
    id,
    ordinal,
    createdOrdinal: 1n,
    updatedAt: 5,
    open: false,
  } as const;
  return { ...change, baseOrdinal: 1n, patch: { set: { text: "b" } }, ...fields };
}

function stateAfter(...updates: readonly StateUpdate[]): TimelineState {
  const state = createTimelineState();
  for (const update of updates) expect(applyUpdate(state, update)).toBe("applied");
  return state;
}

const textOf = (state: TimelineState, key = A) => state.entities.get(key)?.payload["text"];

describe("a commit", () => {
  it("changes entities and assigns the cursor", () => {
    const state = stateAfter(full(1n), commit(2n, [patch("a", 2n)]));
    expect(state.entities.get(A)).toMatchObject({ lastEventOrdinal: 2n, updatedAt: 5, payload: { text: "b" } });
    expect(state.cursor).toEqual(cursorAt(2n));
  });

  it("L4: a base that does not fit applies nothing of the commit", () => {
    const other = timelineEntity({ id: "b", createdOrdinal: 2n });
    for (const misfit of [
      patch("a", 2n, { baseOrdinal: 7n }),
      patch("a", 2n, { patch: { append: [{ field: "text", offset: 3, text: "x" }] } }),
      patch("unknown", 2n),
    ]) {
      const state = stateAfter(full(1n));
      expect(applyUpdate(state, commit(2n, [{ type: "put", entity: other }, misfit]))).toBe("mismatch");
      expect([...state.entities.keys()]).toEqual([A]);
      expect([textOf(state), state.cursor]).toEqual(["a", cursorAt(1n)]);
    }
  });

  it("K16 twice counts once; an older version never overwrites a newer one", () => {
    const append = commit(2n, [patch("a", 2n, { patch: { append: [{ field: "text", offset: 1, text: "!" }] } })]);
    const state = stateAfter(full(1n), append, append);
    expect(textOf(state)).toBe("a!");
    const old = timelineEntity({ id: "a", createdOrdinal: 1n, lastEventOrdinal: 1n, payload: { text: "old" } });
    applyUpdate(state, commit(3n, [{ type: "put", entity: old }]));
    applyUpdate(state, commit(4n, [patch("a", 1n)]));
    applyUpdate(state, commit(5n, [{ type: "remove", kind: "ChatMessage", id: "a", ordinal: 1n, createdOrdinal: 1n }]));
    expect([textOf(state), state.cursor.ordinal]).toEqual(["a!", 5n]);
  });

  it("L10: of another epoch is refused; the unborn cursor adopts one", () => {
    const state = stateAfter(full(1n));
    expect(applyUpdate(state, commit(2n, [], "e2"))).toBe("mismatch");
    const born = stateAfter(commit(1n, [{ type: "put", entity: timelineEntity({ id: "a", createdOrdinal: 1n }) }]));
    expect(born.cursor).toMatchObject({ epoch: "e1", ordinal: 1n });
  });

  it("K15 entities of two kinds may share an id", () => {
    const call = timelineEntity({ kind: "ChatToolCall", id: "a", createdOrdinal: 2n });
    const state = stateAfter(full(1n), commit(2n, [{ type: "put", entity: call }]));
    expect(state.entities.size).toBe(2);
    expect(textOf(state)).toBe("a");
  });

  it("wants a terminal state to be shown at once", () => {
    const open = timelineEntity({ id: "a", createdOrdinal: 1n, open: true, payload: { text: "a" } });
    const state = stateAfter(full(1n, [open]));
    state.urgent = false;
    applyUpdate(state, commit(2n, [patch("a", 2n, { open: true })]));
    expect(state.urgent).toBe(false);
    applyUpdate(state, commit(3n, [patch("a", 3n, { baseOrdinal: 2n })]));
    expect(state.urgent).toBe(true);
  });
});

describe("the window", () => {
  const windowed = (entities: Extract<TimelineUpdate, { type: "full" }>["entities"]): StateUpdate => {
    return { type: "full", cursor: cursorAt(9n), entities, floor: 5n, hasEarlier: true };
  };
  const running = timelineEntity({ id: "a", createdOrdinal: 1n, open: true, payload: { text: "a" } });

  it("keeps an open entity below the floor until it closes", () => {
    const state = stateAfter(windowed([running]));
    applyUpdate(state, commit(10n, [patch("a", 10n, { open: true })]));
    expect(textOf(state)).toBe("b");
    applyUpdate(state, commit(11n, [patch("a", 11n, { baseOrdinal: 10n, open: false })]));
    expect(state.entities.size).toBe(0);
  });

  it("needs no base for what it does not hold; the cursor advances", () => {
    const state = stateAfter(windowed([]), commit(10n, [patch("a", 10n, { baseOrdinal: 3n })]));
    expect([state.entities.size, state.cursor.ordinal]).toEqual([0, 10n]);
    expect(applyUpdate(state, commit(11n, [patch("a", 11n, { open: true })]))).toBe("mismatch");
  });

  it("grows by a page, which leaves the cursor and newer versions alone", () => {
    const newer = { ...running, lastEventOrdinal: 8n, payload: { text: "newer" } };
    const older = timelineEntity({ id: "b", createdOrdinal: 2n });
    const state = stateAfter(windowed([newer]), {
      type: "page",
      entities: [running, older],
      floor: 1n,
      hasEarlier: false,
    });
    expect(state).toMatchObject({ cursor: cursorAt(9n), floor: 1n, hasEarlier: false });
    expect([textOf(state), state.entities.size]).toEqual(["newer", 2]);
  });

  it("drops what a raised floor leaves behind", () => {
    const settled = timelineEntity({ id: "s", createdOrdinal: 2n });
    const state = stateAfter(full(9n, [settled, running]), {
      type: "delta",
      cursor: cursorAt(9n),
      entities: [],
      removed: [],
      floor: 5n,
      hasEarlier: true,
    });
    expect([...state.entities.keys()]).toEqual([A]);
  });
});

describe("a full state", () => {
  it("K17 assigns everything and keeps the identity of what is the same", () => {
    const a = timelineEntity({ id: "a", createdOrdinal: 1n, payload: { text: "a", list: [{ x: 1 }] } });
    const b = timelineEntity({ id: "b", createdOrdinal: 2n, payload: { text: "b" } });
    const state = stateAfter(full(2n, [a, b]));
    const again = [structuredClone(a), { ...b, lastEventOrdinal: 3n }, timelineEntity({ id: "c", createdOrdinal: 3n })];
    applyUpdate(state, full(3n, again));
    expect(state.entities.get(a.key)).toBe(a);
    expect(state.entities.get(b.key)).not.toBe(b);
    applyUpdate(state, full(4n, [a]));
    expect([...state.entities.values()]).toEqual([a]);
  });

  it("K17 tells payloads apart that claim the same ordinal", () => {
    const state = stateAfter(full(2n));
    for (const payload of [{ text: "a", extra: 1 }, {}, { text: "other" }, { text: ["a"] }]) {
      applyUpdate(state, full(2n, [timelineEntity({ id: "a", createdOrdinal: 1n, payload })]));
      expect(state.entities.get(A)?.payload).toEqual(payload);
    }
  });

  it("L10: of another log takes back what was newer here", () => {
    const state = stateAfter(full(9n), commit(10n, [patch("a", 10n)]));
    expect(applyUpdate(state, full(3n, [FIRST], "e2"))).toBe("applied");
    expect([textOf(state), state.cursor.ordinal, state.cursor.epoch]).toEqual(["a", 3n, "e2"]);
  });
});

describe("a delta", () => {
  const delta = (cursor: Cursor): StateUpdate => ({
    type: "delta",
    cursor,
    entities: [timelineEntity({ id: "b", createdOrdinal: 2n })],
    removed: [{ kind: "ChatMessage", id: "a" }],
    floor: 0n,
    hasEarlier: false,
  });

  it("brings what changed and takes what went", () => {
    const state = stateAfter(full(1n), delta(cursorAt(3n)));
    expect([...state.entities.keys()]).toEqual([entityKey("ChatMessage", "b")]);
    expect(state.cursor).toEqual(cursorAt(3n));
  });

  it("L10: of another log, or from behind the cursor, does not apply", () => {
    for (const cursor of [cursorAt(3n, "e2"), cursorAt(0n)]) {
      const state = stateAfter(full(1n));
      expect(applyUpdate(state, delta(cursor))).toBe("mismatch");
      expect([...state.entities.keys()]).toEqual([A]);
    }
  });
});
