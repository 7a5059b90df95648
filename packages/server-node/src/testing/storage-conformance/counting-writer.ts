/**
 * Owns the writer of the concurrency and crash cases: every commit is an event, a command and an entity that counts
 * them, so that a torn, lost or doubled commit shows in the contents afterwards.
 */
import assert from "node:assert/strict";
import type { MessageStorageAdapter, SessionKey } from "../../storage/contract.ts";
import { allEvents, loaded } from "./check.ts";
import { aCommand, anEntity, anEvent, aPayload, commitAfter } from "./records.ts";

export interface WriteJob {
  readonly session: SessionKey;
  /** Makes ids unique among the writers of a session. */
  readonly writer: string;
  readonly count: number;
}

/** Appends `count` commits, trying again at every conflict. `acknowledged` gets the id of each. */
export async function writeCounting(
  storage: MessageStorageAdapter,
  job: WriteJob,
  acknowledged: (id: string) => void = () => {},
): Promise<void> {
  for (let number = 0; number < job.count; number++) {
    const id = `${job.writer}-${number}`;
    await writeOne(storage, job.session, id);
    acknowledged(id);
  }
}

async function writeOne(storage: MessageStorageAdapter, session: SessionKey, id: string): Promise<void> {
  let head = (await storage.load(session))?.head ?? null;
  for (;;) {
    const ordinal = (head?.ordinal ?? 0n) + 1n;
    const result = await storage.commit(
      commitAfter(
        head,
        `revision of ${id}`,
        {
          events: [anEvent(ordinal, { id })],
          command: aCommand(id),
          entities: {
            put: [anEntity("count", { lastEventOrdinal: ordinal, payload: aPayload(`${ordinal}`) })],
            forget: [],
          },
        },
        session,
      ),
    );
    if (result.status === "committed") return;
    assert.equal(result.status, "conflict", `${id} was written once`);
    if (result.status === "conflict") head = result.head;
  }
}

/** Every commit is whole and there once; returns the ids in the log's order. */
export async function assertCounted(storage: MessageStorageAdapter, session: SessionKey): Promise<string[]> {
  const { head, entities } = await loaded(storage, session);
  const events = await allEvents(storage, session);
  const ids = events.map((event) => event.id);
  assert.equal(new Set(ids).size, ids.length, "no event is there twice");
  assert.deepEqual(
    events.map((event) => event.ordinal),
    events.map((_, index) => BigInt(index) + 1n),
    "ordinals are dense",
  );
  assert.equal(head.ordinal, BigInt(events.length));
  assert.equal(head.tag, ids.at(-1));
  assert.deepEqual(
    entities.map((entity) => entity.payload),
    [aPayload(`${events.length}`)],
    "the entity counts the events",
  );
  for (const id of ids) assert.ok((await storage.command(session, id)) !== null, `the command of ${id} is there`);
  return ids;
}
