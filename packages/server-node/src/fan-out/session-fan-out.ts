/**
 * Owns the live subscribers of one session: who they are, and that each commit is encoded once for all of them.
 * Wiring only: what a subscriber gets and when is in timeline-subscription.ts and reference-subscription.ts.
 */
import { type PayloadRegistry, spliceEphemeral } from "@sessionstream/protocol/codec";
import type { HubPlatform } from "../platform/hub-platform.ts";
import type { Audience, EntityKind } from "../projection/define-entity-kind.ts";
import { type AudienceLens, createAudienceLens } from "./audience-lens.ts";
import { createCommitFrames } from "./commit-frames.ts";
import { encodeFrame } from "./encoded-frame.ts";
import type { FanOutLimits } from "./fan-out-limits.ts";
import type { LaneReader, SessionFanOut } from "./lane-reader.ts";
import { createReferenceSubscription } from "./reference-subscription.ts";
import type { AttachRequest, Subscription } from "./subscriber.ts";
import type { LiveSubscription, SubscriberContext } from "./subscriber-context.ts";
import { createTimelineSubscription } from "./timeline-subscription.ts";
import { isOnHistory, isWithin } from "./verify-cursor.ts";

export interface SessionFanOutOptions {
  readonly platform: HubPlatform;
  readonly registry: PayloadRegistry;
  readonly kinds: ReadonlyMap<string, EntityKind>;
  readonly limits: FanOutLimits;
  /** Keeps an error record; must not throw. */
  readonly report: (error: unknown, subject: string) => void;
}

export interface AttachableFanOut extends SessionFanOut {
  /** Resolves when the first part of the snapshot is enqueued. Rejects with what the lane's storage threw. */
  attach(request: AttachRequest): Promise<Subscription>;
}

export function createSessionFanOut(reader: LaneReader, options: SessionFanOutOptions): AttachableFanOut {
  const { platform, registry, kinds, limits, report } = options;
  const sessionId = reader.session.session;
  const subscribers = new Set<LiveSubscription>();
  const lenses = new Map<Audience, AudienceLens>();
  let attaching = 0;
  let generation = 0;

  function lens(audience: Audience): AudienceLens {
    const known = lenses.get(audience);
    if (known !== undefined) return known;
    const created = createAudienceLens({ audience, registry, kinds, report });
    lenses.set(audience, created);
    return created;
  }

  /** Whether what changed since the request's cursor is all its subscriber needs. */
  async function canResume({ mode, cursor }: AttachRequest): Promise<boolean> {
    if (mode === "reference" || cursor === null) return false;
    const before = generation;
    const verified = await isOnHistory(cursor, reader);
    return verified && before === generation && isWithin(cursor, reader.head());
  }

  /** One synchronous step: what is captured here and what is sent live from here on leave no gap between them. */
  function open(request: AttachRequest, resume: boolean): Subscription {
    const context: SubscriberContext = {
      request,
      reader,
      lens: lens(request.audience),
      limits,
      platform,
      generation: () => generation,
      report,
      onEnd() {
        subscribers.delete(subscription);
        request.onEnd?.();
      },
    };
    const subscription =
      request.mode === "reference" ? createReferenceSubscription(context) : createTimelineSubscription(context, resume);
    request.onOpen?.(subscription);
    subscribers.add(subscription);
    subscription.start();
    return subscription;
  }

  return {
    async attach(request) {
      attaching += 1;
      try {
        const resume = await canResume(request);
        return open(request, resume);
      } finally {
        attaching -= 1;
      }
    },
    commit(change) {
      if (subscribers.size === 0) return;
      const frames = createCommitFrames(change, { sessionId, maxFrameBytes: limits.maxFrameBytes, lens });
      for (const subscriber of subscribers) subscriber.commit(frames);
    },
    replaced() {
      generation += 1;
      for (const subscriber of subscribers) subscriber.replaced();
    },
    ephemeral(key, payload, ttlMs) {
      if (subscribers.size === 0) return;
      const frame = encodeFrame(spliceEphemeral(sessionId, key, ttlMs, payload), sessionId);
      for (const subscriber of subscribers) subscriber.ephemeral(frame);
    },
    get size() {
      return subscribers.size + attaching;
    },
  };
}
