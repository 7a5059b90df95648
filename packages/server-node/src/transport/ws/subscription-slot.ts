/**
 * Owns one session's place on a connection: the live subscription, and the attempt that may replace it. The live one
 * stays until the new one's first frame is there, so a failed re-subscribe costs nothing.
 * Does not write frames of its own: what happened is told to the connection.
 */
import type { AttachRequest, ConnectionSink, SubscriberSink, Subscription } from "../../fan-out/subscriber.ts";

/** An attach under way. Closing it makes it silent, whenever it ends. */
interface Attempt {
  closed: boolean;
}

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
  subscribe(request: Omit<AttachRequest, "sink">): void;
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

  function abandonAttempt(): void {
    if (attempt !== null) attempt.closed = true;
    attempt = null;
  }

  function sinkOf(own: Attempt): SubscriberSink {
    return {
      maxQueuedBytes: sink.maxQueuedBytes,
      queuedBytes: () => sink.queuedBytes(),
      onDrain: (callback) => sink.onDrain(callback),
      send(frame) {
        if (own.closed) return;
        // Attached before there was room for a frame, it is the live one itself by now.
        if (own === attempt) dropLive();
        sink.send(frame);
      },
      ended(error) {
        if (own.closed) return;
        own.closed = true;
        // Nothing more of the session, however slowly its reader reads (I13).
        withdraw();
        if (own === attempt) attempt = null;
        else live = null;
        onFailed(error, "");
      },
      close(code, reason) {
        if (!own.closed) sink.close(code, reason);
      },
    };
  }

  async function run(own: Attempt, request: Omit<AttachRequest, "sink">): Promise<void> {
    try {
      const attached = await attach({ ...request, sink: sinkOf(own) });
      if (own.closed) {
        attached.detach();
        return;
      }
      dropLive();
      live = attached;
      attempt = null;
      onLive();
    } catch (error) {
      if (own.closed) return;
      attempt = null;
      // Ended on its way in, it may have sent something already: then it is the live one that it replaced.
      if (live === null) withdraw();
      onFailed(error, request.requestId);
    }
  }

  return {
    subscribe(request) {
      abandonAttempt();
      attempt = { closed: false };
      void run(attempt, request);
    },
    live: () => live,
    isEmpty: () => live === null && attempt === null,
    close() {
      abandonAttempt();
      dropLive();
    },
  };
}
