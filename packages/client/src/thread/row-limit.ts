/**
 * Owns how much of a long conversation is held (F-C16). Older rows may be loaded up to a share of the limit; what grows
 * live beyond the limit pushes the oldest out, a fifth at a time, so that it seldom happens.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Timeline } from "../timeline/timeline.ts";

const KEPT_SHARE = 0.8;

export interface RowLimit {
  /** Where the window should start instead; `null`: nothing is too much. Siblings of one event stay together. */
  floor(timeline: Timeline): bigint | null;
  /** @throws SessionStreamError `limit_reached` when older rows would soon be pushed out again. */
  checkRoom(timeline: Timeline): void;
}

export function createRowLimit(maxEntities: number): RowLimit {
  const kept = Math.max(1, Math.floor(maxEntities * KEPT_SHARE));
  return {
    floor(timeline) {
      const order = timeline.getOrder();
      const first = order.length > maxEntities ? order[order.length - kept] : undefined;
      return first === undefined ? null : (timeline.getEntity(first)?.createdOrdinal ?? null);
    },
    checkRoom(timeline) {
      if (timeline.getOrder().length < kept) return;
      const text = `Older messages were not loaded: this page holds as many as it may (${kept}). Raise maxEntities to hold more.`;
      throw new SessionStreamError("limit_reached", text, { retryable: false });
    },
  };
}
