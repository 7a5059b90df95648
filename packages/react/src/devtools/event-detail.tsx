import { showHidden } from "../labels/hidden-characters.ts";
import { ScrollText } from "../widgets/scroll-text/scroll-text.tsx";
import type { DevtoolsEvent } from "./event.ts";
import { timeText } from "./timeline-entries.ts";
import { toYaml } from "./to-yaml.ts";

export function EventDetail({ event }: { readonly event: DevtoolsEvent }) {
  const { number, session, facts } = event;
  const detail = { number, session, ...facts, ...("raw" in event ? { raw: event.raw } : {}) };
  return (
    <ScrollText name="preformatted" label="Details">
      {showHidden(toYaml(detail))}
    </ScrollText>
  );
}

/** To the millisecond: events of one second are told apart. */
export function EventTime({ at }: { readonly at: number }) {
  const text = timeText(at);
  return <time dateTime={text}>{text.slice(11, 23) || text}</time>;
}
