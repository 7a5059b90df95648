import { describe, expect, it } from "vitest";
import { room, tableOf } from "../hub/testing/hub-scene.ts";
import { maintainedScene } from "../hub/testing/maintained-scene.ts";
import { grown, noted, notesModule, POISON, Tally, tallyProjection } from "../hub/testing/notes-module.ts";
import type { SessionCommit, SessionHead } from "../storage/contract.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { retainSessions } from "./each-session.ts";
import { exportSession } from "./export-session.ts";
import { importSession } from "./import-session.ts";
import { inspectSession, replaySession } from "./inspect-session.ts";
import { verifySession } from "./verify-session.ts";

const modules = [notesModule()];

async function written() {
  const storage = memoryStorage();
  const { hub } = maintainedScene(storage);
  await hub.publish(room, [noted("a", "x", true), noted("b"), noted("p", POISON)]);
  await hub.publish(room, [grown("a", "y")]);
  await hub.drain();
  return { storage, hub };
}

type Damage = Partial<Omit<SessionCommit, "head">> & { readonly head?: Partial<SessionHead> };

/** As an operator with an editor would. */
async function damaged(damage: Damage) {
  const { storage } = await written();
  const found = await storage.load(room);
  if (found === null) throw new Error("nothing to damage");
  const head = { ...found.head, revision: "damaged", ...damage.head };
  await storage.commit({ session: room, expect: found.head.revision, events: [], ...damage, head });
  return verifySession(storage, room, modules);
}

const event = (ordinal: bigint, id: string, at = 2e12) => ({ ordinal, id, at, name: "Noted", payload: "{}" });

describe("what an operator asks of a session", () => {
  it("L06 F-D17 a sound one has no problems, and is not written to", async () => {
    const { storage, hub } = await written();
    const before = await storage.load(room);
    expect(await verifySession(storage, room, modules)).toMatchObject({ problems: [], compared: true, ordinal: 4n });
    await hub.retain(room, { keepEvents: 1 });
    expect(await verifySession(storage, room, modules)).toMatchObject({ problems: [], compared: true });
    expect((await storage.load(room))?.entities).toEqual(before?.entities);
  });

  it("L06 F-D17 what is not sound is told: the log, its end, the entities", async () => {
    const entity = (await (await written()).storage.load(room))?.entities.find(({ id }) => id === "a");
    if (entity === undefined) throw new Error("no entity");
    const other = { ...entity, payload: entity.payload.replace("xy", "xz") };
    const found = await Promise.all([
      damaged({ head: { ordinal: 5n } }),
      damaged({ head: { tag: "another" } }),
      damaged({ head: { ordinal: 3n, projected: 3n } }),
      damaged({ events: [event(5n, "e5", 1)], head: { ordinal: 5n, tag: "e5" } }),
      damaged({ entities: { put: [other], forget: [] } }),
      damaged({ entities: { put: [], forget: [{ kind: "Note", id: "a" }] } }),
      damaged({ entities: { put: [{ ...entity, id: "ghost" }], forget: [] } }),
    ]);
    const problems = found.map((verification) => verification.problems.join("; "));
    expect(problems).toEqual([
      expect.stringContaining("no event 5"),
      expect.stringContaining("tag is not the id"),
      expect.stringContaining("beyond the head"),
      expect.stringContaining("older than the one before"),
      "Note/a is not what the log says",
      "Note/a is missing, and the log has it",
      "Note/ghost is stored, and the log does not have it",
    ]);
  });

  it("L06 entities of other projections are not compared, and it says so", async () => {
    const { storage } = await written();
    const others = [{ ...notesModule(), kinds: [Tally], projections: [tallyProjection] }];
    expect(await verifySession(storage, room, others)).toMatchObject({ problems: [], compared: false });
  });

  it("L06 C50 a session that was imported is sound before a hub derives its entities", async () => {
    const { storage } = await written();
    const target = memoryStorage();
    await importSession(target, exportSession(storage, room), { randomId: () => "new" });
    expect((await target.load(room))?.entities).not.toEqual([]);
    expect(await verifySession(target, room, modules)).toMatchObject({ problems: [], compared: false });
  });

  it("L06 H29 inspecting and replaying show head, entities, faults and the past, and write nothing", async () => {
    const { storage, hub } = await written();
    const before = await storage.load(room);
    const seen = await inspectSession(storage, room, { modules });
    expect(seen).toMatchObject({
      events: 4n,
      entities: { Note: { stored: 2, open: 1 }, Tally: { stored: 1, open: 0 } },
      removals: 0,
      errors: [],
    });
    const past = await replaySession(storage, room, { modules, asOf: 2n });
    expect(past.entities).toEqual(
      (await hub.snapshot({ principal: { id: "x", tenant: "acme" }, session: room.session, asOf: 2n }))?.entities,
    );
    expect(await storage.load(room)).toEqual(before);
    await expect(inspectSession(storage, { ...room, session: "no" }, { modules })).rejects.toMatchObject({
      code: "session_not_found",
    });
  });

  it("L06 H38 a row that cannot be read is shown with its text", async () => {
    const { storage } = await written();
    const found = await storage.load(room);
    if (found === null) throw new Error("nothing stored");
    const head = { ...found.head, revision: "x", ordinal: 5n, tag: "e5" };
    const broken = { ...event(5n, "e5"), payload: "{broken" };
    await storage.commit({ session: room, expect: found.head.revision, head, events: [broken] });
    const { errors } = await inspectSession(storage, room, { modules, limit: 1 });
    expect(errors).toMatchObject([{ kind: "decode", ordinal: 5n, raw: "{broken" }]);
  });

  it("H57 a policy goes through all sessions, and one that cannot be shortened stops no other", async () => {
    const { storage, hub } = await written();
    const found = await storage.load(room);
    if (found === null) throw new Error("nothing stored");
    const hollow = { tenant: "acme", session: "hollow" };
    await storage.commit({ session: hollow, expect: null, head: { ...found.head, ordinal: 9n }, events: [] });
    await hub.publish({ ...room, session: "other" }, [noted("a"), noted("b"), noted("c")]);
    const done: string[] = [];
    for await (const one of retainSessions(hub, storage, { keepEvents: 2 })) {
      done.push(`${one.session.session} ${"error" in one ? one.error.code : one.floor}`);
    }
    expect(done.sort()).toEqual(["hollow corrupt_data", "other 1", "room-1 2"]);
    expect((await tableOf(hub)).ordinal).toBe(4n);
  });
});
