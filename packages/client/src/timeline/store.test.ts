import { entityKey } from "@sessionstream/protocol";
import { describe, expect, it, vi } from "vitest";
import { createLocalLog, type LocalChange } from "../backend/local/local-log.ts";
import { appendText, assistantMessage, finishText, toolCall } from "../testing/chat-changes.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { timelineEntity } from "../testing/timeline-entity.ts";
import { createTimelineStore } from "./store.ts";

/** A store that follows a log. The first full state has been shown, and its frame is over. */
function following() {
  const platform = createManualPlatform();
  const store = createTimelineStore(platform);
  const log = createLocalLog({ epoch: "e1", now: () => 0 });
  const full = () =>
    store.apply({ type: "full", cursor: log.cursor(), entities: log.entities(), floor: 0n, hasEarlier: false });
  full();
  platform.runFrames();
  let flushes = 0;
  store.subscribe(() => {
    flushes += 1;
  });
  const write = (...changes: readonly LocalChange[]) => store.apply(log.commit(changes));
  return { platform, store, log, full, write, flushes: () => flushes };
}

const M = entityKey("ChatMessage", "m");
const textOf = (store: ReturnType<typeof following>["store"]) => store.getEntity(M)?.payload["content"];

describe("showing", () => {
  it("AT-14 shows 20,000 deltas and a burst of ten tools in one task at most once a frame", () => {
    const { platform, store, write, flushes } = following();
    write(assistantMessage({ id: "m", streaming: true }));
    for (let delta = 0; delta < 20_000; delta += 1) write(appendText("m", "x"));
    for (let tool = 0; tool < 10; tool += 1) write(toolCall(`t${tool}`, { status: "running" }));
    expect(flushes()).toBe(0);
    for (let tool = 0; tool < 10; tool += 1) write(toolCall(`t${tool}`, { status: "completed" }));
    expect(flushes()).toBe(1);
    const shown = store.getEntity(M);
    expect(store.getEntity(M)).toBe(shown);
    platform.runFrames();
    expect(flushes()).toBe(2);
    expect(textOf(store)).toBe("x".repeat(20_000));
    platform.runFrames();
    platform.runFrames();
    expect(flushes()).toBe(2);
  });

  it("AT-14 between two flushes every reader gets the same", () => {
    const { platform, store, write } = following();
    write(assistantMessage({ id: "m", streaming: true, text: "a" }));
    platform.runFrames();
    const before = { entity: store.getEntity(M), order: store.getOrder(), cursor: store.getCursor() };
    write(appendText("m", "b"));
    write(assistantMessage({ id: "n" }));
    expect({ entity: store.getEntity(M), order: store.getOrder(), cursor: store.getCursor() }).toEqual(before);
    expect(store.getEntity(M)).toBe(before.entity);
    platform.runFrames();
    expect([textOf(store), store.getOrder().length]).toEqual(["ab", 2]);
  });

  it("G25 shows a terminal state without waiting for the frame, once a frame", () => {
    const { platform, store, write, flushes } = following();
    write(assistantMessage({ id: "m", streaming: true, text: "a" }));
    write(finishText("m"));
    expect(flushes()).toBe(1);
    expect(store.getEntity(M)?.open).toBe(false);
    platform.runFrames();
    write(assistantMessage({ id: "m", streaming: true, text: "again" }));
    expect(flushes()).toBe(1);
    platform.runFrames();
    expect(flushes()).toBe(2);
  });

  it("K17 a full state is one notification, and tells only entities that changed", () => {
    const { platform, store, log, full, write, flushes } = following();
    for (const id of ["m", "n", "o"]) write(assistantMessage({ id, text: id }));
    platform.runFrames();
    platform.runFrames();
    const listeners = new Map(["m", "n", "o"].map((id) => [id, vi.fn()]));
    for (const [id, listener] of listeners) store.subscribeEntity(entityKey("ChatMessage", id), listener);
    const before = store.getEntity(M);
    log.commit([assistantMessage({ id: "n", text: "changed" })]);
    log.commit([{ type: "remove", kind: "ChatMessage", id: "o" }]);
    const seen = flushes();
    full();
    expect(flushes() - seen).toBe(1);
    expect([...listeners.values()].map((listener) => listener.mock.calls.length)).toEqual([0, 1, 1]);
    expect(store.getEntity(M)).toBe(before);
  });

  it("keeps the order's identity while only contents change", () => {
    const { platform, store, write } = following();
    const ordered = vi.fn();
    write(assistantMessage({ id: "m", streaming: true }));
    platform.runFrames();
    store.subscribeOrder(ordered);
    const order = store.getOrder();
    write(appendText("m", "x"));
    platform.runFrames();
    expect(store.getOrder()).toBe(order);
    expect(ordered).not.toHaveBeenCalled();
  });

  it("L12: a listener that throws stops no other, and its error surfaces", () => {
    const { platform, store, write } = following();
    const other = vi.fn();
    store.subscribe(() => {
      throw new Error("broken listener");
    });
    store.subscribe(other);
    write(assistantMessage({ id: "m" }));
    platform.runFrames();
    expect(other).toHaveBeenCalledTimes(1);
    expect(() => platform.advance(0)).toThrow("broken listener");
  });

  it("shows nothing any more after it was closed", () => {
    const { platform, store, write, flushes } = following();
    write(assistantMessage({ id: "m" }));
    store.close();
    platform.runFrames();
    expect(flushes()).toBe(0);
  });
});

describe("the order", () => {
  it("K18 is created ordinal, created index, kind, id, however entities arrive", () => {
    const { platform, store, log } = following();
    const sorted = [
      timelineEntity({ id: "z", createdOrdinal: 2n }),
      timelineEntity({ id: "y", createdOrdinal: 9n, createdIndex: 0 }),
      timelineEntity({ id: "b", kind: "ChatMessage", createdOrdinal: 9n, createdIndex: 1 }),
      timelineEntity({ id: "a", kind: "ChatToolCall", createdOrdinal: 9n, createdIndex: 1 }),
      timelineEntity({ id: "b", kind: "ChatToolCall", createdOrdinal: 9n, createdIndex: 1 }),
      timelineEntity({ id: "x", createdOrdinal: 10n }),
    ];
    const keys = sorted.map((entity) => entity.key);
    for (const [first, ...rest] of [sorted, sorted.toReversed(), [...sorted.slice(3), ...sorted.slice(0, 3)]]) {
      const at = (ordinal: bigint) => ({ ...log.cursor(), ordinal });
      const entities = first === undefined ? [] : [first];
      store.apply({ type: "full", cursor: at(0n), entities, floor: 0n, hasEarlier: false });
      platform.runFrames();
      for (const [index, entity] of rest.entries()) {
        const ordinal = BigInt(index + 1);
        store.apply({ type: "commit", epoch: "e1", ordinal, tag: "", changes: [{ type: "put", entity }] });
        platform.runFrames();
      }
      expect(store.getOrder()).toEqual(keys);
    }
  });

  it("K18 moves an entity that was removed and created again in one commit", () => {
    const { platform, store, write } = following();
    for (const id of ["m", "n"]) write(assistantMessage({ id, text: id }));
    platform.runFrames();
    const again = timelineEntity({ id: "m", createdOrdinal: 3n });
    store.apply({ type: "commit", epoch: "e1", ordinal: 3n, tag: "", changes: [{ type: "put", entity: again }] });
    platform.runFrames();
    expect(store.getOrder()).toEqual(["ChatMessage/n", "ChatMessage/m"]);
  });
});

describe("ephemera", () => {
  const typing = (payload: unknown, ttlMs = 5_000) => ({ type: "ephemeral", key: "typing", payload, ttlMs }) as const;

  it("show the latest by key until their time is up, and never touch the cursor", () => {
    const { platform, store } = following();
    const cursor = store.getCursor();
    store.apply(typing("a"));
    platform.advance(4_000);
    store.apply(typing("b"));
    platform.runFrames();
    platform.advance(4_000);
    platform.runFrames();
    expect(store.getEphemerals()).toEqual([{ key: "typing", payload: "b" }]);
    platform.advance(1_000);
    platform.runFrames();
    expect(store.getEphemerals()).toEqual([]);
    expect(store.getCursor()).toBe(cursor);
  });

  it("go when the server says so, with the log, and with the store", () => {
    const { platform, store, log } = following();
    store.apply(typing("a"));
    store.apply(typing(undefined));
    platform.runFrames();
    expect(store.getEphemerals()).toEqual([]);
    store.apply(typing("a"));
    const cursor = { ...log.cursor(), epoch: "e2" };
    store.apply({ type: "full", cursor, entities: [], floor: 0n, hasEarlier: false });
    platform.runFrames();
    expect(store.getEphemerals()).toEqual([]);
    store.apply(typing("a"));
    store.close();
    expect(platform.timers).toBe(0);
  });
});
