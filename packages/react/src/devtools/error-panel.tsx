/** Owns the list of errors until somebody has seen to them. */
import { useId, useRef } from "react";
import { showHidden } from "../labels/hidden-characters.ts";
import { CopyButton } from "../widgets/markdown/copy-button.tsx";
import type { DevtoolsEvent } from "./event.ts";
import { EventDetail, EventTime } from "./event-detail.tsx";
import type { EventLog } from "./event-log.ts";
import { toYaml } from "./to-yaml.ts";
import { useErrors } from "./use-event-log.ts";

export interface ErrorPanelProps {
  readonly log: EventLog;
}

export function ErrorPanel({ log }: ErrorPanelProps) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const errors = useErrors(log);
  // The button goes with its error, and the keyboard would be left nowhere.
  const dismiss = (number?: number) => {
    log.dismiss(number);
    heading.current?.focus();
  };
  return (
    <section aria-labelledby={id} data-devtools="error-panel">
      <header data-devtools="toolbar">
        <h2 id={id} ref={heading} tabIndex={-1}>
          Errors
        </h2>
        {errors.length === 0 ? null : (
          <button type="button" onClick={() => dismiss()} data-part="button">
            Dismiss all {errors.length}
          </button>
        )}
      </header>
      {errors.length === 0 ? <p data-devtools="empty">No errors</p> : null}
      <ul data-devtools="list">
        {errors.toReversed().map((error) => (
          <ErrorItem key={error.number} error={error} onDismiss={() => dismiss(error.number)} />
        ))}
      </ul>
    </section>
  );
}

interface ErrorItemProps {
  readonly error: DevtoolsEvent;
  readonly onDismiss: () => void;
}

function ErrorItem({ error, onDismiss }: ErrorItemProps) {
  const name = showHidden(String(error.facts["code"] ?? error.facts["name"] ?? error.type));
  return (
    <li data-devtools="error">
      <details>
        <summary data-devtools="summary">
          <EventTime at={error.at} />
          <strong>{name}</strong>
          <span>{error.type}</span>
        </summary>
        <EventDetail event={error} />
      </details>
      <span data-devtools="actions">
        <CopyButton text={toYaml(error)} />
        <button type="button" aria-label={`Dismiss ${name}`} onClick={onDismiss} data-part="button" data-state="quiet">
          Dismiss
        </button>
      </span>
    </li>
  );
}
