/**
 * Owns one subscriber without capabilities: one whole snapshot, then the public events. Such a peer knows no delta, so
 * falling behind or losing its view ends its connection; it comes back and gets a snapshot.
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import { encodeServerFrame, spliceReferenceSnapshot } from "@sessionstream/protocol/codec";
import { encodeFrame } from "./encoded-frame.ts";
import { createOutlet } from "./outlet.ts";
import type { LiveSubscription, SubscriberContext } from "./subscriber-context.ts";

export function createReferenceSubscription(context: SubscriberContext): LiveSubscription {
  const { request, reader, lens } = context;
  const sessionId = request.session.session;
  const outlet = createOutlet(request.sink, (error) => {
    context.report(error, `subscriber of ${sessionId}`);
    end();
  });
  let ended = false;

  const entities = reader
    .records()
    .map(lens.referenceEntity)
    .filter((text) => text !== null);
  const snapshot = encodeFrame(spliceReferenceSnapshot(sessionId, reader.head().ordinal, entities), sessionId);
  const subscribed = encodeServerFrame({
    case: "subscribed",
    value: { sessionId, sinceSnapshotOrdinal: request.sinceSnapshotOrdinal },
  });
  // The snapshot cannot be cut here, so its size comes on top of what may be queued.
  const maxQueuedBytes = outlet.maxQueuedBytes + snapshot.bytes.length;

  function end(): void {
    if (ended) return;
    ended = true;
    context.onEnd();
  }

  function close(code: number, reason: string): void {
    end();
    outlet.close(code, reason);
  }

  return {
    session: request.session,
    start() {
      outlet.send(snapshot);
      outlet.send(encodeFrame(subscribed, sessionId));
    },
    commit(frames) {
      for (const frame of frames.uiEvents()) {
        if (ended) return;
        if (outlet.queuedBytes() + frame.bytes.length > maxQueuedBytes) {
          close(CLOSE_CODES.slowConsumer, "too far behind");
          return;
        }
        outlet.send(frame);
      }
    },
    ephemeral() {},
    replaced: () => close(CLOSE_CODES.insufficientState, "the session was rebuilt"),
    page: () => false,
    head: () => null,
    detach: end,
  };
}
