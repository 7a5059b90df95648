/**
 * Owns one session's place on a connection: the live subscription, and the attempt that may replace it. The live one
 * stays until the new one opens, so a failed re-subscribe costs nothing.
 * Does not write frames of its own: what happened is told to the connection.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { AttachRequest, ConnectionSink, SubscriberSink, Subscription } from "../../fan-out/subscriber.ts";

/** Names an attach under way: the newest alone is let in, whenever the others come. */
type Attempt = symbol;
type SlotRequest = Omit<AttachRequest, "sink" | "onOpen" | "onEnd">;

export interface SubscriptionSlotOptions {
  readonly sink: ConnectionSink;
  /** Drops what waits of the session and has not left. */
  readonly withdraw: () => void;
  readonly attach: (request: AttachRequest) => Promise<Subscription>;
  readonly onLive: () => void;
  readonly onFailed: (error: unknown, requestId: string) => void;
}

export interface SubscriptionSlot {
  /** Supersedes an attempt under way. */
  subscribe(request: SlotRequest): void;
  /** The subscription that is being served. */
  live(): Subscription | null;
  /** Neither live nor on the way. */
  isEmpty(): boolean;
  /** Synchronous: no frame of this session is enqueued afterwards. */
  close(): void;
}

export function createSubscriptionSlot(options: SubscriptionSlotOptions): SubscriptionSlot {
  const { sink, withdraw, attach, onLive, onFailed } = options;
  let live: Subscription | null = null;
  let attempt: Attempt | null = null;

  function dropLive(): void {
    live?.detach();
    live = null;
  }

  const ownSink: SubscriberSink = {
    maxQueuedBytes: sink.maxQueuedBytes,
    send: (frame) => sink.send(frame),
    queuedBytes: () => sink.queuedBytes(),
    onDrain: (callback) => sink.onDrain(callback),
    close: (code, reason) => sink.close(code, reason),
    ended(error) {
      live = null;
      // Nothing more of the session, however slowly its reader reads (I13).
      withdraw();
      onFailed(error, "");
    },
  };

  async function run(own: Attempt, request: SlotRequest): Promise<void> {
    try {
      const attached = await attach({
        ...request,
        sink: ownSink,
        onOpen(subscription) {
          if (own !== attempt) throw new SessionStreamError("aborted", "Another subscription took its place.");
          dropLive();
          live = subscription;
          attempt = null;
        },
      });
      if (live === attached) onLive();
    } catch (error) {
      if (own !== attempt) return;
      attempt = null;
      onFailed(error, request.requestId);
    }
  }

  return {
    subscribe(request) {
      attempt = Symbol();
      void run(attempt, request);
    },
    live: () => live,
    isEmpty: () => live === null && attempt === null,
    close() {
      attempt = null;
      dropLive();
    },
  };
}
