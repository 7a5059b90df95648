/**
 * Owns the promise that a subscriber's sink cannot hurt us (L6): whatever it throws ends this subscriber alone.
 * Does not decide what is sent, nor when.
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import type { SubscriberSink } from "./subscriber.ts";

/** Like `sink`, but never throws: the first throw closes it and goes to `onBroken`, and from then on it has no room. */
export function createOutlet(sink: SubscriberSink, onBroken: (error: unknown) => void): SubscriberSink {
  let broken = false;

  function attempt<Result>(call: () => Result, otherwise: Result): Result {
    if (broken) return otherwise;
    try {
      return call();
    } catch (error) {
      broken = true;
      abandon(sink);
      onBroken(error);
      return otherwise;
    }
  }

  return {
    maxQueuedBytes: sink.maxQueuedBytes,
    send: (frame) => attempt(() => sink.send(frame), undefined),
    queuedBytes: () => attempt(() => sink.queuedBytes(), Number.POSITIVE_INFINITY),
    onDrain: (callback) => attempt(() => sink.onDrain(callback), undefined),
    ended: (error) => attempt(() => sink.ended(error), undefined),
    close: (code, reason) => attempt(() => sink.close(code, reason), undefined),
  };
}

function abandon(sink: SubscriberSink): void {
  try {
    sink.close(CLOSE_CODES.serverError, "broken subscriber");
  } catch {
    // It is broken; that was reported with the first throw.
  }
}
