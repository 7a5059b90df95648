/** A storage whose calls a test counts, holds back or lets fail. */
import type { CommitResult, MessageStorageAdapter, SessionCommit } from "../../storage/contract.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";

/** `lost`: stored, but the answer is an error. `failed`: not stored. */
export type CommitFault = "lost" | "failed";

export interface ScriptedStorage extends MessageStorageAdapter {
  /** What reached the storage, in order. */
  readonly commits: SessionCommit[];
  readonly calls: Record<"load" | "events" | "command" | "commit", number>;
  /** The next commits meet these, one each. */
  readonly faults: CommitFault[];
  /** While set, reads reject with it. */
  readError: Error | null;
  /** Commits wait until the returned function is called. */
  holdCommits(): () => void;
  /** Called before a commit reaches the storage: the place of another process. */
  beforeCommit: ((commit: SessionCommit) => Promise<void>) | null;
}

export function scriptedStorage(inner: MessageStorageAdapter = memoryStorage()): ScriptedStorage {
  let held: Promise<void> = Promise.resolve();
  const storage: ScriptedStorage = {
    capabilities: { durability: inner.capabilities.durability, shared: inner.capabilities.shared },
    commits: [],
    calls: { load: 0, events: 0, command: 0, commit: 0 },
    faults: [],
    readError: null,
    beforeCommit: null,
    holdCommits() {
      let release: () => void = () => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    load(session) {
      storage.calls.load += 1;
      return read(() => inner.load(session));
    },
    events(session, query) {
      storage.calls.events += 1;
      return read(() => inner.events(session, query));
    },
    command(session, id) {
      storage.calls.command += 1;
      return read(() => inner.command(session, id));
    },
    async commit(commit): Promise<CommitResult> {
      storage.calls.commit += 1;
      await held;
      await storage.beforeCommit?.(commit);
      storage.commits.push(commit);
      const fault = storage.faults.shift();
      if (fault === "failed") throw new Error("disk full");
      const result = await inner.commit(commit);
      if (fault === "lost") throw new Error("connection reset");
      return result;
    },
    remove: (session) => inner.remove(session),
    close: () => inner.close(),
  };
  async function read<Result>(call: () => Promise<Result>): Promise<Result> {
    if (storage.readError !== null) throw storage.readError;
    return call();
  }
  return storage;
}
