/**
 * Owns the contract between the hub and a database. CONTRACT.md states its clauses; the suite in
 * `testing/storage-conformance` proves an adapter. The hub mints everything but lease tokens; an adapter keeps it and
 * compares one thing, `head.revision`.
 */
export interface SessionKey {
  readonly tenant: string;
  readonly session: string;
}

/**
 * What survives: `none` nothing, `process` a crash of the process, `os` of the machine's software, `power` a power cut.
 */
export type Durability = "none" | "process" | "os" | "power";

export interface StorageCapabilities {
  readonly durability: Durability;
  /** Several processes may work on the same sessions: the adapter is a `SharedMessageStorage`. */
  readonly shared: boolean;
  /** Old events may go: the adapter is a `RetentionStorage`. */
  readonly retention?: true;
  /** What was said may be erased: the adapter is a `RedactableStorage`. */
  readonly redaction?: true;
}

/** Invariant: `floor <= projected <= ordinal`. */
export interface SessionHead {
  /** Random, new with every commit. */
  readonly revision: string;
  readonly epoch: string;
  readonly ordinal: bigint;
  /** Id of the event at `ordinal`; `""` at 0. */
  readonly tag: string;
  /** The stored entities are the fold of the log up to here; the hub replays the rest. */
  readonly projected: bigint;
  /** Identity of the projections that made the entities. */
  readonly view: string;
  /** Removals up to here may have been forgotten: no delta from a cursor below. */
  readonly horizon: bigint;
  /** Events up to here may have been truncated. */
  readonly floor: bigint;
}

export interface StoredEvent {
  readonly ordinal: bigint;
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly name: string;
  /** Opaque protobuf JSON text, with "@type". */
  readonly payload: string;
  /** Id of the command that caused it. */
  readonly commandId?: string;
  /** `projection@version` of projections that threw on it and must skip it on replay. */
  readonly skippedBy?: readonly string[];
}

export interface EntityIdentity {
  readonly kind: string;
  readonly id: string;
}

export interface StoredEntity extends EntityIdentity {
  readonly createdOrdinal: bigint;
  readonly createdIndex: number;
  readonly lastEventOrdinal: bigint;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly commandId?: string;
  readonly open: boolean;
  /** A record of a removal; its payload is `""`. */
  readonly removed: boolean;
  /** Opaque protobuf JSON text, with "@type". */
  readonly payload: string;
}

export interface StoredCommand {
  readonly id: string;
  /** The principal; compared by the hub, not part of the key. */
  readonly scope: string;
  readonly fingerprint: string;
  readonly outcome: string;
}

export interface EntityChanges {
  readonly put: readonly StoredEntity[];
  readonly forget: readonly EntityIdentity[];
  /** `put` is everything: whatever else was stored goes. */
  readonly replace?: true;
}

/** All of it or nothing, visible together (L5). */
export interface SessionCommit {
  readonly session: SessionKey;
  /** `head.revision` the writer has seen; `null`: the session has no log yet. */
  readonly expect: string | null;
  readonly head: SessionHead;
  readonly events: readonly StoredEvent[];
  readonly command?: StoredCommand;
  readonly entities?: EntityChanges;
  /** Shared storage only: the token of a lease of this session that must still be the current one. */
  readonly fence?: bigint;
  /**
   * Shared storage only: names of work that became due. Where the session has no lease of that name one is created,
   * expired and nobody's, so that a sweeper finds the work if the writer dies before it takes the lease.
   */
  readonly due?: readonly string[];
}

/** Tested in this order: `duplicate`, `fenced`, `conflict`. */
export type CommitResult =
  | { readonly status: "committed" }
  | { readonly status: "duplicate"; readonly command: StoredCommand }
  | { readonly status: "fenced" }
  | { readonly status: "conflict"; readonly head: SessionHead | null };

export interface LoadedSession {
  readonly head: SessionHead;
  readonly entities: readonly StoredEntity[];
}

/** Every method is required. A rejection means: outcome unknown; the hub looks the outcome up. */
export interface MessageStorageAdapter {
  readonly capabilities: StorageCapabilities;
  /** One consistent read of head and entities; `null` when there is no log. Creates nothing. */
  load(session: SessionKey): Promise<LoadedSession | null>;
  /** Events with `ordinal > after`, ascending, at most `limit`; `gone` when `after` lies below the floor. */
  events(
    session: SessionKey,
    query: { readonly after: bigint; readonly limit: number },
  ): Promise<readonly StoredEvent[] | "gone">;
  command(session: SessionKey, id: string): Promise<StoredCommand | null>;
  commit(commit: SessionCommit): Promise<CommitResult>;
  /** Everything of the session goes; the next commit with `expect: null` starts another log. */
  remove(session: SessionKey): Promise<void>;
  /** Waits for what was begun. */
  close(): Promise<void>;
}

/** Names work for a session that one process at a time may do. */
export interface LeaseKey {
  readonly session: SessionKey;
  readonly name: string;
}

/** The right to do it, until it expires. `token` fences whoever had the right before. */
export interface Lease extends LeaseKey {
  /** Larger than every token this store has given before, to whatever lease. */
  readonly token: bigint;
}

/**
 * Storage that several processes use at once. Times are measured by one clock, the store's. An adapter is one exactly
 * if its `capabilities.shared` says so.
 */
export interface SharedMessageStorage extends MessageStorageAdapter {
  readonly capabilities: StorageCapabilities & { readonly shared: true };
  /** In the order asked; `null` where there is no log. One read, however many. */
  heads(sessions: readonly SessionKey[]): Promise<readonly (SessionHead | null)[]>;
  /** A new token for `ttlMs`; `null` while another holder has the lease. The holder itself gets another token. */
  lease(key: LeaseKey, request: { readonly holder: string; readonly ttlMs: number }): Promise<Lease | null>;
  /** `ttlMs` from now on, also when it has expired and nobody took it. `false`: it is not this token's any more. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  /** The lease is nobody's and does not count as expired. With a token that is not the current one: nothing. */
  release(lease: Lease): Promise<void>;
  /** Leases whose time is over and that nobody released, longest expired first, with their last tokens. */
  expiredLeases(limit: number): Promise<readonly Lease[]>;
}

export function isShared(storage: MessageStorageAdapter): storage is SharedMessageStorage {
  return storage.capabilities.shared;
}

/** A session's entities as they were at its floor: what a rebuild begins with, since the events before are gone. */
export interface SessionBase {
  readonly floor: bigint;
  readonly entities: readonly StoredEntity[];
}

export interface SessionTruncation {
  readonly session: SessionKey;
  /** As of a commit. */
  readonly expect: string;
  /** The head as it stands, under a new revision and with a floor that is not lower. */
  readonly head: SessionHead;
  /** The fold of the log up to `head.floor`. */
  readonly base: readonly StoredEntity[];
}

/** As of a commit; a command or a lease takes no part. */
export type RewriteResult =
  | { readonly status: "committed" }
  | { readonly status: "conflict"; readonly head: SessionHead | null };

/** Storage whose logs can be shortened. An adapter is one exactly if its `capabilities.retention` says so. */
export interface RetentionStorage extends MessageStorageAdapter {
  readonly capabilities: StorageCapabilities & { readonly retention: true };
  /** `null`: none was given for the floor as it is. */
  base(session: SessionKey): Promise<SessionBase | null>;
  /** In one step: events up to the new floor go, `base` takes the place of the one before, the head moves. */
  truncate(truncation: SessionTruncation): Promise<RewriteResult>;
  /** Every session that has a log, once, in an order that is the storage's own and stays the same. */
  sessions(query: { readonly after: SessionKey | null; readonly limit: number }): Promise<readonly SessionKey[]>;
}

export interface SessionRedaction {
  readonly session: SessionKey;
  /** As of a commit. */
  readonly expect: string;
  readonly head: SessionHead;
  /** In place of the stored events of the same ordinals. */
  readonly events: readonly StoredEvent[];
  /** In place of the stored commands of the same ids. */
  readonly commands: readonly StoredCommand[];
  readonly entities: EntityChanges;
}

/** Storage that can forget what an event said. An adapter is one exactly if its `capabilities.redaction` says so. */
export interface RedactableStorage extends MessageStorageAdapter {
  readonly capabilities: StorageCapabilities & { readonly redaction: true };
  /** In one step, after which nothing that this store reads, dumps or copies has the former texts. */
  redact(redaction: SessionRedaction): Promise<RewriteResult>;
}

export function isRetention(storage: MessageStorageAdapter): storage is RetentionStorage {
  return storage.capabilities.retention === true;
}

export function isRedactable(storage: MessageStorageAdapter): storage is RedactableStorage {
  return storage.capabilities.redaction === true;
}
