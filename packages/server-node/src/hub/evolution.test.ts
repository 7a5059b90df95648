import {
  PingFrameSchema,
  PongFrameSchema,
  TextAppendSchema,
  UnsubscribeRequestSchema,
} from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import { defineEvent, event } from "../event/define-event.ts";
import { defineUpcaster, type Upcaster } from "../event/upcaster.ts";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { defineProjection, on, put } from "../projection/define-projection.ts";
import type { HubModule } from "./hub-module.ts";
import { alice, hubScene, room } from "./testing/hub-scene.ts";
import { scriptedStorage } from "./testing/scripted-storage.ts";

/** A memo was a nonce at first, then a session id, and is a text now. */
const first = PingFrameSchema;
const second = UnsubscribeRequestSchema;
const third = TextAppendSchema;

const firstToSecond = defineUpcaster(first, second, ({ nonce }) => ({ sessionId: `${nonce}!` }));
const secondToThird = defineUpcaster(second, third, ({ sessionId }) => ({ field: "memo", text: sessionId }));

const Retired = defineEntityKind("Retired", PongFrameSchema);
const RetiredAdded = defineEvent("RetiredAdded", PongFrameSchema);

function firstRelease(): HubModule {
  const Memo = defineEntityKind("Memo", first);
  const Added = defineEvent("MemoAdded", first);
  return {
    name: "memos",
    commands: [],
    events: [Added, RetiredAdded],
    kinds: [Memo, Retired],
    projections: [
      defineProjection({
        name: "memos",
        version: 1,
        writes: [Memo],
        on: [on(Added, ({ payload }) => [put(Memo, payload.nonce, payload)])],
      }),
      defineProjection({
        name: "retired",
        version: 1,
        writes: [Retired],
        on: [on(RetiredAdded, ({ payload }) => [put(Retired, payload.nonce, payload)])],
      }),
    ],
    due: () => [],
  };
}

const addedFirst = (nonce: string) => event(defineEvent("MemoAdded", first), { nonce });

function thirdRelease(version: number, upcasters: readonly Upcaster[] = [firstToSecond, secondToThird]) {
  const Memo = defineEntityKind("Memo", third, { upcasters });
  const Added = defineEvent("MemoAdded", third, { upcasters });
  const memos = defineProjection({
    name: "memos",
    version,
    writes: [Memo],
    on: [on(Added, ({ payload }) => [put(Memo, payload.text, payload)])],
  });
  const module: HubModule = {
    name: "memos",
    commands: [],
    events: [Added],
    kinds: [Memo],
    projections: [memos],
    due: () => [],
  };
  return { module, added: (text: string) => event(Added, { field: "memo", text }) };
}

/** What the first release left in the storage: a log, and entities. */
async function oldSession() {
  const storage = scriptedStorage();
  const { hub } = hubScene({ storage, modules: [firstRelease()], checkpoint: "always" });
  await hub.publish(room, [addedFirst("a"), event(RetiredAdded, { nonce: "b" })]);
  const retired = (await storage.load(room))?.entities.find(({ kind }) => kind === "Retired");
  return { storage, retired };
}

describe("payloads of an older release", () => {
  it("AT-19 F-E1 are read step by step, the rest shows a placeholder with its bytes, and the session goes on", async () => {
    const { storage, retired } = await oldSession();
    const { module, added } = thirdRelease(2);
    const { hub, errors } = hubScene({ storage, modules: [module] });

    await hub.publish(room, [added("new")]);

    const snapshot = await hub.snapshot({ principal: alice, session: room.session });
    expect(snapshot?.entities).toMatchObject([
      { payload: { field: "memo", text: "a!" } },
      { opaque: true, kind: "Retired", payload: retired?.payload },
      { payload: { field: "memo", text: "new" } },
    ]);
    expect(errors).toEqual([]);
    await hub.drain();
    const stored = (await storage.load(room))?.entities.find(({ kind }) => kind === "Retired");
    expect(stored?.payload).toBe(retired?.payload);
  });

  it("AT-19 stored entities are read step by step too, where nothing is rebuilt", async () => {
    const storage = scriptedStorage();
    const { projections, ...old } = firstRelease();
    const modules = [{ ...old, projections: projections.slice(0, 1), events: old.events.slice(0, 1) }];
    const { hub: before } = hubScene({ storage, modules, checkpoint: "always" });
    await before.publish(room, [addedFirst("a")]);

    const { hub } = hubScene({ storage, modules: [thirdRelease(1).module] });
    const snapshot = await hub.snapshot({ principal: alice, session: room.session });

    expect(snapshot?.entities).toMatchObject([{ id: "a", payload: { field: "memo", text: "a!" } }]);
    // A rebuild would have stored the entities anew.
    expect(storage.commits).toHaveLength(1);
  });

  it("L12 a step that throws degrades one entity, says so, and keeps its bytes", async () => {
    const { storage } = await oldSession();
    const broken = defineUpcaster(first, third, () => {
      throw new Error("no idea");
    });
    const { module, added } = thirdRelease(2, [broken]);
    const { hub, errors } = hubScene({ storage, modules: [module] });
    await hub.publish(room, [added("new")]);
    const snapshot = await hub.snapshot({ principal: alice, session: room.session });
    expect(snapshot?.entities).toMatchObject([{ opaque: true, kind: "Retired" }, { payload: { text: "new" } }]);
    expect(errors).toMatchObject([{ kind: "decode", ordinal: 1n, code: "corrupt_data" }]);
  });
});

describe("steps that lead nowhere are refused at the start", () => {
  const loop = defineUpcaster(second, first, () => ({}));
  it.each([
    ["that end before the schema", [firstToSecond]],
    ["in a circle", [firstToSecond, loop]],
    ["two from one schema", [firstToSecond, secondToThird, defineUpcaster(first, third, () => ({}))]],
    ["from the schema itself", [secondToThird, defineUpcaster(third, third, () => ({}))]],
  ])("%s", (_, upcasters) => {
    const { module } = thirdRelease(2, upcasters);
    expect(() => hubScene({ modules: [module] })).toThrow(
      expect.objectContaining({ code: "invalid_options", message: expect.stringContaining("upcaster") }),
    );
  });
});
