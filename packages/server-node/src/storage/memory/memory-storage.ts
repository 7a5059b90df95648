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
  RedactableStorage,
  RetentionStorage,
  RewriteResult,
  SessionBase,
  SessionCommit,
  SessionHead,
  SessionKey,
  SessionRedaction,
  SessionTruncation,
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
  base?: SessionBase;
}

/** The "disk". Given to two instances, it is what both read and write: a restart, or a second process. */
export type MemoryStorageContents = Map<string, StoredSession>;

export function memoryStorage(contents: MemoryStorageContents = new Map()): RetentionStorage & RedactableStorage {
  return new MemoryStorage(contents);
}

class MemoryStorage implements RetentionStorage, RedactableStorage {
  readonly capabilities = { durability: "none", shared: false, retention: true, redaction: true } as const;
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

  async base(session: SessionKey): Promise<SessionBase | null> {
    const stored = this.#find(session);
    return stored?.base?.floor === stored?.head.floor ? (stored?.base ?? null) : null;
  }

  async truncate(truncation: SessionTruncation): Promise<RewriteResult> {
    return writeTruncation(this.#sessions(), truncation);
  }

  async redact(redaction: SessionRedaction): Promise<RewriteResult> {
    return writeRedaction(this.#sessions(), redaction);
  }

  async sessions(query: { after: SessionKey | null; limit: number }): Promise<readonly SessionKey[]> {
    const names = [...this.#sessions().keys()].sort();
    const { after } = query;
    const listed = after === null ? names : names.filter((name) => name > sessionName(after));
    return listed.slice(0, query.limit).map(sessionNamed);
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

function writeTruncation(contents: MemoryStorageContents, truncation: SessionTruncation): RewriteResult {
  const { session, expect, head, base } = truncation;
  const stored = contents.get(sessionName(session));
  if (stored?.head.revision !== expect) return { status: "conflict", head: stored?.head ?? null };
  stored.head = head;
  stored.events.splice(0, firstAfter(stored.events, head.floor));
  stored.base = { floor: head.floor, entities: base };
  return { status: "committed" };
}

function writeRedaction(contents: MemoryStorageContents, redaction: SessionRedaction): RewriteResult {
  const { session, expect, head, events, commands, entities } = redaction;
  const stored = contents.get(sessionName(session));
  if (stored?.head.revision !== expect) return { status: "conflict", head: stored?.head ?? null };
  stored.head = head;
  for (const event of events) {
    const at = stored.events.findIndex(({ ordinal }) => ordinal === event.ordinal);
    if (at !== -1) stored.events[at] = event;
  }
  for (const command of commands) if (stored.commands.has(command.id)) stored.commands.set(command.id, command);
  applyEntities(stored.entities, entities);
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

function sessionNamed(name: string): SessionKey {
  // CAST: the names are what `sessionName` makes.
  const [tenant, session] = JSON.parse(name) as [string, string];
  return { tenant, session };
}

function entityName(entity: EntityIdentity): string {
  return JSON.stringify([entity.kind, entity.id]);
}
