import assert from "node:assert/strict";
import type { MessageStorageAdapter } from "../../../storage/contract.ts";
import { allEvents, append, loaded, observing, same } from "../check.ts";
import { writeCounting } from "../counting-writer.ts";
import { anEntity, aPayload, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const COMMITS = 200;

export const atomicityCases: readonly StorageCase[] = [
  {
    id: "S-13",
    title: "H32 events, entities, head and command of a commit become visible together",
    async run(storage) {
      const writing = writeCounting(storage, { session: SESSION, writer: "w", count: COMMITS });
      await observing(writing, () => assertWhole(storage));
      same((await loaded(storage)).head.ordinal, BigInt(COMMITS));
    },
  },
  {
    id: "S-14",
    title: "a large commit is one commit",
    async run(storage) {
      const put = Array.from({ length: 2_000 }, (_, index) => anEntity(`entity-${index}`, { createdIndex: index }));
      await append(storage, "r1", { events: 500, entities: { put, forget: [] } });
      same((await loaded(storage)).entities.length, 2_000);
      same((await allEvents(storage, SESSION)).length, 500);
    },
  },
];

/** Whatever one read shows, the other parts of that commit can be read already. */
async function assertWhole(storage: MessageStorageAdapter): Promise<void> {
  const seen = await storage.load(SESSION);
  if (seen === null) return;
  assert.deepEqual(
    seen.entities.map((entity) => entity.payload),
    [aPayload(`${seen.head.ordinal}`)],
  );
  const events = await storage.events(SESSION, { after: seen.head.ordinal - 1n, limit: 1 });
  assert.equal(events === "gone" ? null : events[0]?.id, seen.head.tag);
  assert.ok((await storage.command(SESSION, seen.head.tag)) !== null);
}
