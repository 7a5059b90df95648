/**
 * Owns a storage adapter over a messages table: the lower tier. Rows hold finished pieces of a conversation and
 * survive; the log, the commands and whatever still streams live in this process and do not. Therefore, by name:
 *   not L5 — a crash loses what was acknowledged but had not settled;
 *   not L9 — a command repeated after a restart is decided again.
 * Every process start is a new epoch: clients start over from the rows. When settled messages reach the table is the
 * hub's `checkpoint`: at the end of a run and within a second of idleness, or with `"always"` at once.
 */
import { compareOrdinals, entityKey } from "@sessionstream/protocol";
import {
  Answers,
  type MessageRow,
  type MessageRowStore,
  type RowRetry,
  retryRow,
  rowsOfPage,
} from "@sessionstream/protocol/message-rows";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import { nodePlatform } from "../../platform/node-platform.ts";
import type {
  CommitResult,
  LoadedSession,
  MessageStorageAdapter,
  SessionCommit,
  SessionHead,
  SessionKey,
  StorageCapabilities,
  StoredCommand,
  StoredEntity,
  StoredEvent,
} from "../../storage/contract.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import { entitiesOfRows } from "./entities-of-rows.ts";
import { observeThread, type RowFollower, type ThreadRows } from "./observe-thread.ts";
import { pieceOf, rowOfEntity } from "./row-of-entity.ts";

export interface MessageRowsOptions {
  /** Kinds of entities, beside the chat's own, that are stored as cards once they are settled. */
  readonly cards?: readonly string[];
  /** Default: `tenant/session`. */
  readonly threadId?: (session: SessionKey) => string;
  /** Threads kept in memory; those least recently used are read from the table again. Default 1,000. */
  readonly maxThreads?: number;
  /** Rows of a thread that are read, the newest ones: older ones are neither shown nor heard by the model. Default: all. */
  readonly newestRows?: number;
  /** How often a row that cannot be written, or a thread that cannot be read, is tried. Default 4, within two seconds. */
  readonly attempts?: number;
  readonly platform?: Pick<HubPlatform, "randomId" | "setTimer">;
}

export interface MessageRowsAdapter extends MessageStorageAdapter {
  /**
   * Makes rows that others add to a thread appear in the sessions this process has in memory, if the store tells of
   * them (`observeMessages`). Returns how to stop.
   */
  follow(follower: RowFollower): () => void;
}

export function fromMessageRows(store: MessageRowStore, options: MessageRowsOptions = {}): MessageRowsAdapter {
  return new MessageRowStorage(store, options);
}

interface LiveThread extends ThreadRows {
  readonly read: Promise<void>;
  stopObserving(): void;
}

class MessageRowStorage implements MessageRowsAdapter {
  readonly capabilities: StorageCapabilities = { durability: "none", shared: false };
  readonly #store: MessageRowStore;
  readonly #cards: ReadonlySet<string>;
  readonly #threadId: (session: SessionKey) => string;
  readonly #maxThreads: number;
  readonly #newestRows: number | undefined;
  readonly #randomId: () => string;
  readonly #retry: RowRetry;
  #follower: RowFollower | null = null;
  /** The log of every live thread, as long as this process lives. */
  readonly #live = memoryStorage();
  /** Commits that have begun. */
  readonly #writes = new Set<Promise<CommitResult>>();
  /** By thread id, least recently used first. */
  readonly #threads = new Map<string, LiveThread>();

  constructor(store: MessageRowStore, options: MessageRowsOptions) {
    const platform = options.platform ?? nodePlatform();
    this.#store = store;
    this.#cards = new Set(options.cards);
    this.#threadId = options.threadId ?? (({ tenant, session }) => `${tenant}/${session}`);
    this.#maxThreads = options.maxThreads ?? 1_000;
    this.#newestRows = options.newestRows;
    this.#randomId = () => platform.randomId();
    this.#retry = {
      attempts: options.attempts ?? 4,
      wait: (delayMs) => new Promise((resolve) => void platform.setTimer(delayMs, resolve)),
      // One process writes this table: there is no herd to spread.
      random: () => 1,
    };
  }

  follow(follower: RowFollower): () => void {
    this.#follower = follower;
    for (const thread of this.#threads.values()) this.#observe(thread);
    return () => {
      this.#follower = null;
      for (const thread of this.#threads.values()) thread.stopObserving();
    };
  }

  async load(session: SessionKey): Promise<LoadedSession | null> {
    await this.#open(session);
    return this.#live.load(session);
  }

  async events(session: SessionKey, query: { after: bigint; limit: number }): Promise<readonly StoredEvent[] | "gone"> {
    await this.#open(session);
    return this.#live.events(session, query);
  }

  async command(session: SessionKey, id: string): Promise<StoredCommand | null> {
    await this.#open(session);
    return this.#live.command(session, id);
  }

  async commit(commit: SessionCommit): Promise<CommitResult> {
    const write = this.#write(commit);
    this.#writes.add(write);
    try {
      return await write;
    } finally {
      this.#writes.delete(write);
    }
  }

  async remove(session: SessionKey): Promise<void> {
    const threadId = this.#threadId(session);
    await retryRow(() => this.#store.removeMessages(threadId), this.#retry);
    await this.#forget(threadId, session);
  }

  async close(): Promise<void> {
    for (const { stopObserving } of this.#threads.values()) stopObserving();
    await Promise.allSettled(this.#writes);
    await this.#live.close();
  }

  /** Rows first: when one cannot be written, nothing was committed and the whole can be tried again. */
  async #write(commit: SessionCommit): Promise<CommitResult> {
    const thread = await this.#open(commit.session);
    if (await this.#willCommit(commit)) await this.#appendSettled(commit, thread);
    return this.#live.commit(commit);
  }

  async #willCommit({ session, command, expect }: SessionCommit): Promise<boolean> {
    if (command !== undefined && (await this.#live.command(session, command.id)) !== null) return false;
    const loaded = await this.#live.load(session);
    return expect === (loaded?.head.revision ?? null);
  }

  async #appendSettled({ session, entities }: SessionCommit, { stored, answers }: LiveThread): Promise<void> {
    for (const entity of entities?.put.toSorted(byCreation) ?? []) {
      const key = entityKey(entity.kind, entity.id);
      const row = stored.has(key) ? null : rowOfEntity(entity, this.#threadId(session), this.#cards);
      if (row === null) continue;
      // Before it is there: the table may tell of it before it says that it is done.
      stored.add(key);
      try {
        await retryRow(() => this.#store.appendMessage(row), this.#retry);
      } catch (error) {
        stored.delete(key);
        throw error;
      }
      answers.meet(entity.id, pieceOf(entity).payload);
    }
  }

  /** Reads a thread's rows unless it is live already; two that ask at once share one reading. */
  async #open(session: SessionKey): Promise<LiveThread> {
    const threadId = this.#threadId(session);
    const thread = this.#threads.get(threadId) ?? this.#begin(session, threadId);
    this.#threads.delete(threadId);
    this.#threads.set(threadId, thread);
    try {
      await thread.read;
    } catch (error) {
      await this.#forget(threadId, session);
      throw error;
    }
    await this.#forgetLeastRecent();
    return thread;
  }

  #begin(session: SessionKey, threadId: string): LiveThread {
    const rows: ThreadRows = { session, threadId, stored: new Set(), answers: new Answers(), cards: this.#cards };
    const thread = { ...rows, read: this.#read(rows), stopObserving: () => undefined };
    this.#observe(thread);
    return thread;
  }

  #observe(thread: LiveThread): void {
    thread.stopObserving();
    if (this.#follower === null) return;
    thread.stopObserving = observeThread(this.#store, thread, this.#follower, this.#retry);
  }

  async #read({ session, threadId, stored, answers }: ThreadRows): Promise<void> {
    const page = this.#newestRows === undefined ? undefined : { limit: this.#newestRows };
    const found = await retryRow(() => this.#store.loadMessages(threadId, page), this.#retry);
    const rows = rowsOfPage(found, page);
    if (rows.length === 0) return;
    const entities = entitiesOfRows(rows, this.#cards, answers);
    for (const { kind, id } of entities) stored.add(entityKey(kind, id));
    const head = this.#headOf(rows);
    await this.#live.commit({ session, expect: null, head, events: [], entities: { put: entities, forget: [] } });
  }

  /** The rows stand for a log whose events nobody has: it begins above them, and the entities are its base. */
  #headOf(rows: readonly MessageRow[]): SessionHead {
    const ordinal = BigInt(rows.length);
    return {
      revision: this.#randomId(),
      epoch: this.#randomId(),
      ordinal,
      tag: `row:${rows.at(-1)?.key}`,
      projected: ordinal,
      view: "",
      horizon: ordinal,
      floor: ordinal,
    };
  }

  async #forgetLeastRecent(): Promise<void> {
    for (const [threadId, { session }] of this.#threads) {
      if (this.#threads.size <= this.#maxThreads) return;
      await this.#forget(threadId, session);
    }
  }

  async #forget(threadId: string, session: SessionKey): Promise<void> {
    this.#threads.get(threadId)?.stopObserving();
    this.#threads.delete(threadId);
    await this.#live.remove(session);
  }
}

function byCreation(a: StoredEntity, b: StoredEntity): number {
  return compareOrdinals(a.createdOrdinal, b.createdOrdinal) || a.createdIndex - b.createdIndex;
}
