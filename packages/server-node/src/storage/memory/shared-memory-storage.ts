/**
 * The reference implementation of shared storage: several hubs of one process on one memory, as several processes are
 * on one database. Owns how leases and logs meet: in one synchronous step.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type {
  CommitResult,
  Lease,
  LeaseKey,
  RedactableStorage,
  RetentionStorage,
  SessionCommit,
  SessionHead,
  SessionKey,
  SharedMessageStorage,
} from "../contract.ts";
import { MemoryLeases } from "./memory-leases.ts";
import { type MemoryStorageContents, memoryStorage, writeCommit } from "./memory-storage.ts";

/** What several instances share: logs, leases and the clock that leases expire by. */
export interface SharedMemory {
  readonly contents: MemoryStorageContents;
  readonly leases: MemoryLeases;
}

/** `now`: milliseconds, of the clock that stands for the store's own. */
export function sharedMemory(now: () => number, contents: MemoryStorageContents = new Map()): SharedMemory {
  return { contents, leases: new MemoryLeases(now) };
}

/** One process's connection to it: give every hub its own. */
export function sharedMemoryStorage({
  contents,
  leases,
}: SharedMemory): SharedMessageStorage & RetentionStorage & RedactableStorage {
  const logs = memoryStorage(contents);
  let closed = false;

  function open(): MemoryLeases {
    if (closed) throw new SessionStreamError("closed", "This storage was closed; open another instance.");
    return leases;
  }

  return {
    capabilities: { durability: "none", shared: true, retention: true, redaction: true },
    load: (session) => logs.load(session),
    events: (session, query) => logs.events(session, query),
    command: (session, id) => logs.command(session, id),
    async commit(commit: SessionCommit): Promise<CommitResult> {
      const { session, fence, due } = commit;
      const held = open();
      const result = writeCommit(contents, commit, fence !== undefined && !held.isCurrent(session, fence));
      if (result.status === "committed" && due !== undefined) held.createMissing(session, due);
      return result;
    },
    async remove(session: SessionKey): Promise<void> {
      open().forget(session);
      await logs.remove(session);
    },
    base: (session) => logs.base(session),
    truncate: (truncation) => logs.truncate(truncation),
    redact: (redaction) => logs.redact(redaction),
    sessions: (query) => logs.sessions(query),
    async heads(sessions: readonly SessionKey[]): Promise<readonly (SessionHead | null)[]> {
      const loaded = await Promise.all(sessions.map((session) => logs.load(session)));
      return loaded.map((found) => found?.head ?? null);
    },
    async lease(key: LeaseKey, request: { readonly holder: string; readonly ttlMs: number }): Promise<Lease | null> {
      return open().take(key, request);
    },
    async renew(lease: Lease, ttlMs: number): Promise<boolean> {
      return open().renew(lease, ttlMs);
    },
    async release(lease: Lease): Promise<void> {
      open().release(lease);
    },
    async expiredLeases(limit: number): Promise<readonly Lease[]> {
      return open().expired(limit);
    },
    async close(): Promise<void> {
      closed = true;
      await logs.close();
    },
  };
}
