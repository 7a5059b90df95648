import type { ReactNode } from "react";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { useThreadScope } from "../../thread/thread-context.ts";
import { SparkIcon } from "../icons/icons.tsx";

export interface EmptyStateProps {
  readonly title?: ReactNode;
  readonly body?: ReactNode;
  /** Each is sent as it stands when pressed. */
  readonly suggestions?: readonly string[];
}

/** A thread that is loaded and has no messages. */
export function EmptyState({ title, body, suggestions = [] }: EmptyStateProps) {
  const part = usePart();
  const labels = useLabels();
  const { thread } = useThreadScope();
  // A failed send shows itself as a row.
  const send = (text: string) => void thread.send({ text }).catch(() => undefined);
  return (
    <div {...part("empty-state")}>
      <SparkIcon />
      <h3 {...part("empty-title")}>{title ?? labels.emptyTitle}</h3>
      <p {...part("empty-body")}>{body ?? (suggestions.length > 0 ? labels.emptySuggestions : labels.emptyBody)}</p>
      {suggestions.length === 0 ? null : (
        <ul {...part("suggestions")}>
          {suggestions.map((text) => (
            <li key={text}>
              <button type="button" onClick={() => send(text)} {...part("suggestion")}>
                {text}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
