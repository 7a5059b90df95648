/**
 * Owns how cases look at a store: everything it can tell about a session, in a comparable form, and the assertions.
 * Absent and `undefined` are the same, and so are records of any prototype.
 */
import assert from "node:assert/strict";
import type {
  EntityIdentity,
  LoadedSession,
  MessageStorageAdapter,
  SessionCommit,
  SessionHead,
  SessionKey,
  StoredEntity,
  StoredEvent,
} from "../../storage/contract.ts";
import { type CommitParts, commitAfter, SESSION } from "./records.ts";

export interface Contents {
  readonly head: SessionHead;
  readonly entities: readonly StoredEntity[];
  readonly events: readonly StoredEvent[];
}

/** All that is stored of a session but its commands, which cannot be listed. */
export async function contents(
  storage: MessageStorageAdapter,
  session: SessionKey = SESSION,
): Promise<Contents | null> {
  const loaded = await storage.load(session);
  if (loaded === null) return null;
  const events = await allEvents(storage, session, loaded.head.floor);
  return { head: loaded.head, entities: sorted(loaded.entities), events };
}

export async function allEvents(
  storage: MessageStorageAdapter,
  session: SessionKey,
  after = 0n,
): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const page = await storage.events(session, { after: all.at(-1)?.ordinal ?? after, limit: 500 });
    assert.notEqual(page, "gone");
    if (page === "gone" || page.length === 0) return all;
    all.push(...page);
  }
}

/** In which order entities come back is the adapter's own affair. */
export function sorted(entities: readonly StoredEntity[]): readonly StoredEntity[] {
  return entities.toSorted((a, b) => (entityName(a) < entityName(b) ? -1 : 1));
}

export function entityName(entity: EntityIdentity): string {
  return JSON.stringify([entity.kind, entity.id]);
}

export function same(actual: unknown, expected: unknown, message?: string): void {
  assert.deepEqual(plain(actual), plain(expected), message);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}

export async function loaded(storage: MessageStorageAdapter, session: SessionKey = SESSION): Promise<LoadedSession> {
  const found = await storage.load(session);
  assert.ok(found !== null, "the session should be there");
  return found;
}

export async function committed(storage: MessageStorageAdapter, commit: SessionCommit): Promise<SessionHead> {
  const { tenant, session } = commit.session;
  const what = `commit ${commit.head.revision} of session "${session}", tenant "${tenant}", should be committed`;
  same(await storage.commit(commit), { status: "committed" }, what);
  return commit.head;
}

/** Commits what follows the stored head. */
export async function append(
  storage: MessageStorageAdapter,
  revision: string,
  parts: CommitParts = {},
  session: SessionKey = SESSION,
): Promise<SessionCommit> {
  const found = await storage.load(session);
  const commit = commitAfter(found?.head ?? null, revision, parts, session);
  await committed(storage, commit);
  return commit;
}

/** Calls `observe` again and again while `work` is under way. Both have ended when this settles. */
export async function observing(work: Promise<void>, observe: () => Promise<void>): Promise<void> {
  let working = true;
  const ended = work.finally(() => {
    working = false;
  });
  try {
    while (working) {
      await observe();
      await new Promise(setImmediate);
    }
  } finally {
    await Promise.allSettled([ended]);
  }
  await ended;
}
