import type { TimelineEntity } from "@sessionstream/client";
import { showHidden } from "../labels/hidden-characters.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";

/** An entity nobody renders: named, with its content one click away (L8). */
export function UnknownCard({ entity }: { readonly entity: TimelineEntity }) {
  const part = usePart();
  const labels = useLabels();
  return (
    <section {...part("card", { state: "unknown" })}>
      <div {...part("card-header")}>
        <span {...part("card-title")}>{labels.unknownKind(showHidden(entity.kind))}</span>
      </div>
      <Details text={stringify(entity.payload)} />
    </section>
  );
}

export interface FailedCardProps {
  readonly entity: TimelineEntity;
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** Stands where a renderer threw. */
export function FailedCard({ entity, error, onRetry }: FailedCardProps) {
  const part = usePart();
  const labels = useLabels();
  return (
    <section {...part("card", { state: "failed" })}>
      <div {...part("card-header")}>
        <span {...part("card-title")}>{labels.rendererFailed(showHidden(entity.kind))}</span>
        <button type="button" onClick={onRetry} {...part("button")}>
          {labels.retry}
        </button>
      </div>
      <Details text={error instanceof Error ? error.message : String(error)} />
    </section>
  );
}

function Details({ text }: { readonly text: string }) {
  const part = usePart();
  const labels = useLabels();
  return (
    <details {...part("disclosure")}>
      <summary {...part("disclosure-summary")}>{labels.details}</summary>
      <pre dir="ltr" {...part("preformatted")}>
        {showHidden(text)}
      </pre>
    </details>
  );
}

function stringify(payload: TimelineEntity["payload"]): string {
  return JSON.stringify(payload, null, 2);
}
