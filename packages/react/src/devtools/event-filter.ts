/** Owns which events are shown (pure). */
import { type DevtoolsEvent, EVENT_FAMILIES, type EventFamily } from "./event.ts";

/** So many rows a page draws at most; the export has them all. */
export const MOST_SHOWN = 500;

export function countFamilies(events: readonly DevtoolsEvent[]): Readonly<Record<EventFamily, number>> {
  const counts: Record<EventFamily, number> = {
    connection: 0,
    state: 0,
    commit: 0,
    delta: 0,
    ephemeral: 0,
    command: 0,
    diagnostic: 0,
    error: 0,
  };
  for (const { family } of events) counts[family] += 1;
  return counts;
}

export function visibleEvents(
  events: readonly DevtoolsEvent[],
  hidden: ReadonlySet<EventFamily>,
): readonly DevtoolsEvent[] {
  return hidden.size === 0 ? events : events.filter(({ family }) => !hidden.has(family));
}

export function toggled<Item>(items: ReadonlySet<Item>, item: Item): ReadonlySet<Item> {
  const next = new Set(items);
  if (!next.delete(item)) next.add(item);
  return next;
}

/** Those that are there, in the order of the families. */
export function knownFamilies(counts: Readonly<Record<EventFamily, number>>): readonly EventFamily[] {
  return EVENT_FAMILIES.filter((family) => counts[family] > 0);
}
