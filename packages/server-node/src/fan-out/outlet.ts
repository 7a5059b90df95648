/**
 * Owns the promise that a subscriber's sink cannot hurt us (L6): whatever it throws ends this subscriber alone.
 * Does not decide what is sent, nor when.
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import type { ConnectionSink } from "./subscriber.ts";

/** Like `sink`, but never throws: the first throw closes it and goes to `onBroken`, and from then on it has no room. */
export function createOutlet(sink: ConnectionSink, onBroken: (error: unknown) => void): ConnectionSink {
  let broken = false;

  function giveUp(error: unknown): void {
    broken = true;
    abandon(sink);
    onBroken(error);
  }

  // Spelled out four times: a closure per call is felt where a frame goes to a thousand subscribers.
  return {
    maxQueuedBytes: sink.maxQueuedBytes,
    send(frame) {
      if (broken) return;
      try {
        sink.send(frame);
      } catch (error) {
        giveUp(error);
      }
    },
    queuedBytes() {
      if (broken) return Number.POSITIVE_INFINITY;
      try {
        return sink.queuedBytes();
      } catch (error) {
        giveUp(error);
        return Number.POSITIVE_INFINITY;
      }
    },
    onDrain(callback) {
      if (broken) return;
      try {
        sink.onDrain(callback);
      } catch (error) {
        giveUp(error);
      }
    },
    close(code, reason) {
      if (broken) return;
      try {
        sink.close(code, reason);
      } catch (error) {
        giveUp(error);
      }
    },
  };
}

function abandon(sink: ConnectionSink): void {
  try {
    sink.close(CLOSE_CODES.serverError, "broken subscriber");
  } catch {
    // It is broken; that was reported with the first throw.
  }
}
