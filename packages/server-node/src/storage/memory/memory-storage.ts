/**
 * The reference implementation of the storage contract: what every other adapter must behave like, in the fewest
 * words. Owns nothing durable. Records are immutable, so keeping them is enough; every write happens between two
 * awaits, so it is atomic.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type {
  CommitResult,
  EntityChanges,
  EntityIdentity,
  LoadedSession,
  MessageStorageAdapter,
  SessionCommit,
  SessionHead,
  SessionKey,
  StorageCapabilities,
  StoredCommand,
  StoredEntity,
  StoredEvent,
} from "../contract.ts";

interface StoredSession {
  head: SessionHead;
  /** Ascending by ordinal. */
  readonly events: StoredEvent[];
  readonly commands: Map<string, StoredCommand>;
  readonly entities: Map<string, StoredEntity>;
}

/** The "disk". Given to two instances, it is what both read and write: a restart, or a second process. */
export type MemoryStorageContents = Map<string, StoredSession>;

export function memoryStorage(contents: MemoryStorageContents = new Map()): MessageStorageAdapter {
  return new MemoryStorage(contents);
}

class MemoryStorage implements MessageStorageAdapter {
  readonly capabilities: StorageCapabilities = { durability: "none", shared: false };
  readonly #contents: MemoryStorageContents;
  #closed = false;

  constructor(contents: MemoryStorageContents) {
    this.#contents = contents;
  }

  async load(session: SessionKey): Promise<LoadedSession | null> {
    const stored = this.#find(session);
    return stored === undefined ? null : { head: stored.head, entities: [...stored.entities.values()] };
  }

  async events(session: SessionKey, query: { after: bigint; limit: number }): Promise<readonly StoredEvent[] | "gone"> {
    const stored = this.#find(session);
    if (stored === undefined) return [];
    if (query.after < stored.head.floor) return "gone";
    const first = firstAfter(stored.events, query.after);
    return stored.events.slice(first, first + query.limit);
  }

  async command(session: SessionKey, id: string): Promise<StoredCommand | null> {
    return this.#find(session)?.commands.get(id) ?? null;
  }

  async commit(commit: SessionCommit): Promise<CommitResult> {
    return writeCommit(this.#sessions(), commit);
  }

  async remove(session: SessionKey): Promise<void> {
    this.#sessions().delete(sessionName(session));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #find(session: SessionKey): StoredSession | undefined {
    return this.#sessions().get(sessionName(session));
  }

  #sessions(): MemoryStorageContents {
    if (this.#closed) throw new SessionStreamError("closed", "This storage was closed; open another instance.");
    return this.#contents;
  }
}

/** All of a commit between two awaits. `fenced`: its lease is another's by now (shared memory only). */
export function writeCommit(contents: MemoryStorageContents, commit: SessionCommit, fenced = false): CommitResult {
  const name = sessionName(commit.session);
  const stored = contents.get(name);

  const known = commit.command && stored?.commands.get(commit.command.id);
  if (known !== undefined) return { status: "duplicate", command: known };

  if (fenced) return { status: "fenced" };

  const head = stored?.head ?? null;
  if (commit.expect !== (head?.revision ?? null)) return { status: "conflict", head };

  const session: StoredSession = stored ?? newSession(commit.head);
  contents.set(name, session);
  session.head = commit.head;
  session.events.push(...commit.events);
  if (commit.command !== undefined) session.commands.set(commit.command.id, commit.command);
  if (commit.entities !== undefined) applyEntities(session.entities, commit.entities);
  return { status: "committed" };
}

function newSession(head: SessionHead): StoredSession {
  return { head, events: [], commands: new Map(), entities: new Map() };
}

function applyEntities(entities: Map<string, StoredEntity>, changes: EntityChanges): void {
  if (changes.replace) entities.clear();
  for (const entity of changes.forget) entities.delete(entityName(entity));
  for (const entity of changes.put) entities.set(entityName(entity), entity);
}

/** Index of the first event beyond `after`, by halving: a long log is read in pages. */
function firstAfter(events: readonly StoredEvent[], after: bigint): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const event = events[middle];
    if (event !== undefined && event.ordinal <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** JSON keeps two parts apart whatever characters they hold. */
function sessionName(session: SessionKey): string {
  return JSON.stringify([session.tenant, session.session]);
}

function entityName(entity: EntityIdentity): string {
  return JSON.stringify([entity.kind, entity.id]);
}
