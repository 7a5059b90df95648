/**
 * Owns the buffer for what a reference server sends before its snapshot. Bounded in events and in size (K03); immutable
 * and cheap to grow: the newest event points at the one before it.
 */
import type { UiEventFrame } from "../decode/server-frame.ts";

export interface EarlyEvents {
  readonly newest: Link | null;
  readonly count: number;
  /** Characters of the payloads, as JSON. */
  readonly size: number;
}

interface Link {
  readonly event: UiEventFrame;
  readonly before: Link | null;
}

const MAX_EVENTS = 1_000;
const MAX_SIZE = 4 * 1024 * 1024;

export const NO_EARLY_EVENTS: EarlyEvents = { newest: null, count: 0, size: 0 };

/** `null`: no room. */
export function keepEarly(early: EarlyEvents, event: UiEventFrame): EarlyEvents | null {
  const count = early.count + 1;
  const size = early.size + JSON.stringify(event.payload).length;
  if (count > MAX_EVENTS || size > MAX_SIZE) return null;
  return { newest: { event, before: early.newest }, count, size };
}

/** What the snapshot does not contain, by ordinal; siblings of one ordinal in the order they came. */
export function eventsAfter(early: EarlyEvents, boundary: bigint): readonly UiEventFrame[] {
  const events: UiEventFrame[] = [];
  for (let link = early.newest; link !== null; link = link.before) {
    if (link.event.ordinal > boundary) events.push(link.event);
  }
  return events.reverse().sort((a, b) => (a.ordinal < b.ordinal ? -1 : a.ordinal > b.ordinal ? 1 : 0));
}
