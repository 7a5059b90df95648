import type { MessageStorageAdapter } from "../../../storage/contract.ts";
import { allEvents, append, loaded, same, sorted } from "../check.ts";
import { aCommand, anEntity, aPayload, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

export const entityCases: readonly StorageCase[] = [
  {
    id: "S-15",
    title: "H24 put inserts a record or replaces the whole of it",
    async run(storage) {
      await append(storage, "r1", {
        entities: { put: [anEntity("a", { commandId: "c1", open: true }), anEntity("b")], forget: [] },
      });
      const later = anEntity("a", { lastEventOrdinal: 2n, updatedAt: 1_800_000_000_000, payload: aPayload("later") });
      await append(storage, "r2", { entities: { put: [later, anEntity("a", { kind: "Run" })], forget: [] } });
      same(await entities(storage), sorted([later, anEntity("b"), anEntity("a", { kind: "Run" })]));
    },
  },
  {
    id: "S-16",
    title: "forget takes a record away",
    async run(storage) {
      await append(storage, "r1", {
        entities: { put: [anEntity("a"), anEntity("b"), anEntity("a", { kind: "Run" })], forget: [] },
      });
      const forget = [
        { kind: "Message", id: "a" },
        { kind: "Message", id: "never there" },
      ];
      await append(storage, "r2", { entities: { put: [anEntity("c")], forget } });
      same(await entities(storage), sorted([anEntity("b"), anEntity("c"), anEntity("a", { kind: "Run" })]));
    },
  },
  {
    id: "S-17",
    title: "H36 replace swaps all records at once and leaves the log",
    async run(storage) {
      await append(storage, "r1", {
        events: 3,
        command: aCommand("c1"),
        entities: { put: [anEntity("a"), anEntity("b")], forget: [] },
      });
      const rebuilt = anEntity("b", { payload: aPayload("rebuilt") });
      await append(storage, "r2", { entities: { put: [rebuilt], forget: [], replace: true } });
      same(await entities(storage), [rebuilt]);
      await append(storage, "r3", { entities: { put: [], forget: [], replace: true } });
      same(await entities(storage), []);
      same((await allEvents(storage, SESSION)).length, 3);
      same(await storage.command(SESSION, "c1"), aCommand("c1"));
    },
  },
  {
    id: "S-18",
    title: "a commit without entities leaves them",
    async run(storage) {
      await append(storage, "r1", { events: 1, entities: { put: [anEntity("a")], forget: [] } });
      await append(storage, "r2", { events: 1 });
      same(await entities(storage), [anEntity("a")]);
    },
  },
  {
    id: "S-19",
    title: "H26 a removed record is kept",
    async run(storage) {
      await append(storage, "r1", { entities: { put: [anEntity("a")], forget: [] } });
      const removed = anEntity("a", { lastEventOrdinal: 5n, removed: true, payload: "" });
      await append(storage, "r2", { entities: { put: [removed], forget: [] } });
      same(await entities(storage), [removed]);
    },
  },
  {
    id: "S-20",
    title: "H27 a removed record put again is the new one alone",
    async run(storage) {
      await append(storage, "r1", {
        entities: { put: [anEntity("a", { removed: true, payload: "", commandId: "c1" })], forget: [] },
      });
      const again = anEntity("a", {
        createdOrdinal: 9n,
        createdIndex: 2,
        lastEventOrdinal: 9n,
        createdAt: 1_900_000_000_000,
      });
      await append(storage, "r2", { entities: { put: [again], forget: [] } });
      same(await entities(storage), [again]);
    },
  },
];

async function entities(storage: MessageStorageAdapter) {
  return sorted((await loaded(storage)).entities);
}
