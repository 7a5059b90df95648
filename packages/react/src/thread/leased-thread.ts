/**
 * Owns one thread as React sees it: there from the first render on, connected only while somebody holds it.
 * Reads are those of an idle, empty thread (or of a snapshot) until the first `hold`; commands always reach the real one. So render stays
 * pure, StrictMode's rehearsal opens nothing twice, and callbacks keep their identity for the life of a session.
 * Does not count users: the client does, by leases.
 */
import {
  type ApprovalAnswer,
  type ChatClient,
  type ChatThread,
  previewThread,
  type SendInput,
  type SessionReset,
  type SessionSnapshot,
  type ThreadLease,
  type ThreadPreview,
  type ThreadStatus,
  type Timeline,
  type TranscriptRow,
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
  readonly #snapshot: SessionSnapshot | undefined;
  /** What is read until the first `hold`. */
  readonly #preview: ThreadPreview | undefined;
  readonly #followers = new Set<Follower>();
  #lease: ThreadLease | undefined;
  /** Stays readable after the release, so that a hidden and shown again tree has something to show meanwhile. */
  #thread: ChatThread | undefined;

  constructor(client: ChatClient, sessionId: SessionId, snapshot?: SessionSnapshot) {
    this.#client = client;
    this.sessionId = sessionId;
    this.#snapshot = snapshot;
    this.#preview = snapshot && previewThread(snapshot);
    this.timeline = {
      getEntity: (key) => this.#view?.timeline.getEntity(key),
      getOrder: () => this.#view?.timeline.getOrder() ?? NO_KEYS,
      getCursor: () => this.#view?.timeline.getCursor() ?? UNBORN,
      getHasEarlier: () => this.#view?.timeline.getHasEarlier() ?? false,
      getEphemerals: () => this.#view?.timeline.getEphemerals() ?? NO_EPHEMERALS,
      subscribeEntity: (key, listener) =>
        this.#follow((thread, on) => thread.timeline.subscribeEntity(key, on), listener),
      subscribeOrder: (listener) => this.#follow((thread, on) => thread.timeline.subscribeOrder(on), listener),
      subscribe: (listener) => this.#follow((thread, on) => thread.timeline.subscribe(on), listener),
    };
  }

  get #view(): ThreadPreview | undefined {
    return this.#thread ?? this.#preview;
  }

  /** Connects until the returned function is called. One holder: the provider. */
  hold = (): (() => void) => {
    const lease = this.#client.acquire(this.sessionId, this.#snapshot);
    this.#lease = lease;
    this.#switchTo(lease.thread);
    return () => {
      if (this.#lease === lease) this.#lease = undefined;
      lease.release();
    };
  };

  getStatus = (): ThreadStatus => this.#view?.getStatus() ?? IDLE_STATUS;
  getRows = (): readonly TranscriptRow[] => this.#view?.getRows() ?? NO_ROWS;
  subscribeStatus = (listener: () => void) => this.#follow((thread, on) => thread.subscribeStatus(on), listener);
  subscribeResets = (listener: (reset: SessionReset) => void) =>
    this.#follow((thread) => thread.subscribeResets(listener), NOTHING_MISSED);
  subscribeRows = (listener: () => void) => this.#follow((thread, on) => thread.subscribeRows(on), listener);

  send = (input: SendInput): Promise<void> => this.#withLease((thread) => thread.send(input));
  retry = (commandId: string): Promise<void> => this.#withLease((thread) => thread.retry(commandId));
  stop = (): Promise<void> => this.#withLease((thread) => thread.stop());
  retryRun = (runId: string): Promise<void> => this.#withLease((thread) => thread.retryRun(runId));
  answerApproval = (answer: ApprovalAnswer): Promise<void> =>
    this.#withLease((thread) => thread.answerApproval(answer));
  loadEarlier = (): Promise<void> => this.#withLease((thread) => thread.loadEarlier());
  discard = (commandId: string): string | undefined => this.#thread?.discard(commandId);
  reconnect = (): void => this.#lease?.thread.reconnect();

  /** A child's first effect runs before the provider's: its command takes a lease of its own. */
  async #withLease(command: (thread: ChatThread) => Promise<void>): Promise<void> {
    if (this.#lease !== undefined) return command(this.#lease.thread);
    const lease = this.#client.acquire(this.sessionId, this.#snapshot);
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
