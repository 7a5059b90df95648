/**
 * Owns looking at what happened, as it happens: families on and off, pause (the list stands still, the log goes on in its
 * bounds), hold (scrolled up, the list stays where it is), one event in full, copies and files of what is shown.
 */
import { useId, useState } from "react";
import { showHidden } from "../labels/hidden-characters.ts";
import { useStickyScroll } from "../parts/use-sticky-scroll.ts";
import { CopyButton } from "../widgets/markdown/copy-button.tsx";
import type { DevtoolsEvent, EventFamily } from "./event.ts";
import { EventDetail, EventTime } from "./event-detail.tsx";
import { countFamilies, knownFamilies, MOST_SHOWN, toggled, visibleEvents } from "./event-filter.ts";
import type { EventLog } from "./event-log.ts";
import { ExportMenu } from "./export-menu.tsx";
import { toYaml } from "./to-yaml.ts";
import { useEvents } from "./use-event-log.ts";

export interface EventViewerProps {
  readonly log: EventLog;
  /** Families that are not shown at first. Default: none. */
  readonly defaultHidden?: readonly EventFamily[];
}

const NO_FAMILIES: readonly EventFamily[] = [];

export function EventViewer({ log, defaultHidden = NO_FAMILIES }: EventViewerProps) {
  const id = useId();
  const latest = useEvents(log);
  const [paused, setPaused] = useState<readonly DevtoolsEvent[] | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<EventFamily>>(() => new Set(defaultHidden));
  const { viewportRef, contentRef, following, jumpToLatest } = useStickyScroll();
  const events = paused ?? latest;
  const counts = countFamilies(events);
  const visible = visibleEvents(events, hidden);
  const missed = (latest.at(-1)?.number ?? 0) - (events.at(-1)?.number ?? 0);
  return (
    <section aria-labelledby={id} data-devtools="event-viewer">
      <header data-devtools="toolbar">
        <h2 id={id}>Events</h2>
        <button
          type="button"
          aria-pressed={paused !== null}
          onClick={() => setPaused(paused === null ? latest : null)}
          data-part="button"
        >
          Pause
        </button>
        <button type="button" onClick={log.clear} data-part="button" data-state="quiet">
          Clear
        </button>
        <ExportMenu prefix="events" items={[{ name: "Events", read: () => visible }]} />
      </header>
      <fieldset data-devtools="families">
        <legend data-part="visually-hidden">Families</legend>
        {knownFamilies(counts).map((family) => (
          <button
            key={family}
            type="button"
            aria-pressed={!hidden.has(family)}
            onClick={() => setHidden(toggled(hidden, family))}
            data-devtools="family"
          >
            {family} {counts[family]}
          </button>
        ))}
      </fieldset>
      <p role="status" data-devtools="note">
        {noteOf(events.length, visible.length, paused !== null ? Math.max(missed, 0) : null)}
      </p>
      {/* biome-ignore-start lint/a11y: a scrolling region must be reachable by keyboard and named; a fieldset it is not. */}
      <div ref={viewportRef} tabIndex={0} role="group" aria-label="Events" data-devtools="viewport">
        <div ref={contentRef}>
          <ol data-devtools="list">
            {visible.slice(-MOST_SHOWN).map((event) => (
              <EventRow key={event.number} event={event} />
            ))}
          </ol>
        </div>
      </div>
      {/* biome-ignore-end lint/a11y: see above. */}
      {following ? null : (
        <button type="button" onClick={jumpToLatest} data-part="button" data-devtools="follow">
          Follow the latest
        </button>
      )}
    </section>
  );
}

function noteOf(all: number, visible: number, missed: number | null): string {
  if (all === 0) return "Nothing has happened yet";
  if (missed !== null) return `Paused, ${missed} newer`;
  if (visible === 0) return "All families are hidden";
  return visible > MOST_SHOWN ? `The newest ${MOST_SHOWN}; a file has them all` : "";
}

function EventRow({ event }: { readonly event: DevtoolsEvent }) {
  const [open, setOpen] = useState(false);
  return (
    <li data-devtools="event" data-state={event.family}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} data-devtools="summary">
        <EventTime at={event.at} />
        <span data-devtools="tag">{event.family}</span>
        <strong>{event.type}</strong>
        <span data-devtools="line">{showHidden(lineOf(event))}</span>
      </button>
      {open ? (
        <>
          <EventDetail event={event} />
          <CopyButton text={toYaml(event)} />
        </>
      ) : null}
    </li>
  );
}

/** What tells one event from the next at a glance. */
function lineOf({ facts }: DevtoolsEvent): string {
  return Object.entries(facts)
    .map(([name, value]) => (Array.isArray(value) ? `${name} ×${value.length}` : `${name} ${String(value)}`))
    .join("  ");
}
