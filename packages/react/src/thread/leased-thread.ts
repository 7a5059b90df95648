/**
 * Owns one thread as React sees it: there from the first render on, connected only while somebody holds it.
 * Reads are those of an idle, empty thread until the first `hold`; commands always reach the real one. So render stays
 * pure, StrictMode's rehearsal opens nothing twice, and callbacks keep their identity for the life of a session.
 * Does not count users: the client does, by leases.
 */
import type {
  ChatClient,
  ChatThread,
  SendInput,
  SessionReset,
  ThreadLease,
  ThreadStatus,
  Timeline,
  TranscriptRow,
} from "@sessionstream/client";
import { type EntityKey, type SessionId, UNBORN } from "@sessionstream/protocol";

const IDLE_STATUS: ThreadStatus = {
  connection: { type: "idle" },
  hydration: { type: "idle" },
  run: { type: "none" },
  pending: [],
};
const NO_ROWS: readonly TranscriptRow[] = [];
const NO_KEYS: readonly EntityKey[] = [];
const NO_EPHEMERALS: ReturnType<Timeline["getEphemerals"]> = [];

/** Another thread has its own content from the start: it was not reset to it. */
const NOTHING_MISSED = (): void => undefined;

type Subscribe = (thread: ChatThread, listener: () => void) => () => void;

/** A subscription that may be older than the thread it follows. */
interface Follower {
  readonly subscribe: Subscribe;
  readonly listener: () => void;
  unsubscribe: (() => void) | undefined;
}

export class LeasedThread implements ChatThread {
  readonly sessionId: SessionId;
  readonly timeline: Timeline;
  readonly #client: ChatClient;
  readonly #followers = new Set<Follower>();
  #lease: ThreadLease | undefined;
  /** Stays readable after the release, so that a hidden and shown again tree has something to show meanwhile. */
  #thread: ChatThread | undefined;

  constructor(client: ChatClient, sessionId: SessionId) {
    this.#client = client;
    this.sessionId = sessionId;
    this.timeline = {
      getEntity: (key) => this.#thread?.timeline.getEntity(key),
      getOrder: () => this.#thread?.timeline.getOrder() ?? NO_KEYS,
      getCursor: () => this.#thread?.timeline.getCursor() ?? UNBORN,
      getHasEarlier: () => this.#thread?.timeline.getHasEarlier() ?? false,
      getEphemerals: () => this.#thread?.timeline.getEphemerals() ?? NO_EPHEMERALS,
      subscribeEntity: (key, listener) =>
        this.#follow((thread, on) => thread.timeline.subscribeEntity(key, on), listener),
      subscribeOrder: (listener) => this.#follow((thread, on) => thread.timeline.subscribeOrder(on), listener),
      subscribe: (listener) => this.#follow((thread, on) => thread.timeline.subscribe(on), listener),
    };
  }

  /** Connects until the returned function is called. One holder: the provider. */
  hold = (): (() => void) => {
    const lease = this.#client.acquire(this.sessionId);
    this.#lease = lease;
    this.#switchTo(lease.thread);
    return () => {
      if (this.#lease === lease) this.#lease = undefined;
      lease.release();
    };
  };

  getStatus = (): ThreadStatus => this.#thread?.getStatus() ?? IDLE_STATUS;
  getRows = (): readonly TranscriptRow[] => this.#thread?.getRows() ?? NO_ROWS;
  subscribeStatus = (listener: () => void) => this.#follow((thread, on) => thread.subscribeStatus(on), listener);
  subscribeResets = (listener: (reset: SessionReset) => void) =>
    this.#follow((thread) => thread.subscribeResets(listener), NOTHING_MISSED);
  subscribeRows = (listener: () => void) => this.#follow((thread, on) => thread.subscribeRows(on), listener);

  send = (input: SendInput): Promise<void> => this.#withLease((thread) => thread.send(input));
  retry = (commandId: string): Promise<void> => this.#withLease((thread) => thread.retry(commandId));
  stop = (): Promise<void> => this.#withLease((thread) => thread.stop());
  retryRun = (runId: string): Promise<void> => this.#withLease((thread) => thread.retryRun(runId));
  loadEarlier = (): Promise<void> => this.#withLease((thread) => thread.loadEarlier());
  discard = (commandId: string): string | undefined => this.#thread?.discard(commandId);
  reconnect = (): void => this.#lease?.thread.reconnect();

  /** A child's first effect runs before the provider's: its command takes a lease of its own. */
  async #withLease(command: (thread: ChatThread) => Promise<void>): Promise<void> {
    if (this.#lease !== undefined) return command(this.#lease.thread);
    const lease = this.#client.acquire(this.sessionId);
    try {
      await command(lease.thread);
    } finally {
      lease.release();
    }
  }

  #follow(subscribe: Subscribe, listener: () => void): () => void {
    const follower: Follower = { subscribe, listener, unsubscribe: this.#thread && subscribe(this.#thread, listener) };
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
      follower.unsubscribe?.();
    };
  }

  #switchTo(thread: ChatThread): void {
    if (thread === this.#thread) return;
    this.#thread = thread;
    for (const follower of [...this.#followers]) {
      follower.unsubscribe?.();
      follower.unsubscribe = follower.subscribe(thread, follower.listener);
      follower.listener();
    }
  }
}
