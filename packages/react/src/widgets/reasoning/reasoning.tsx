import { useId, useState } from "react";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { ChevronIcon, SparkIcon } from "../icons/icons.tsx";
import { Markdown } from "../markdown/markdown.tsx";

export interface ReasoningProps {
  readonly text: string;
  readonly streaming: boolean;
  readonly durationMs: number;
  readonly defaultOpen?: boolean;
}

export function Reasoning({ text, streaming, durationMs, defaultOpen = false }: ReasoningProps) {
  const part = usePart();
  const labels = useLabels();
  const bodyId = useId();
  const [open, setOpen] = useState(defaultOpen);
  const seconds = Math.round(durationMs / 1000);
  const summary = streaming ? labels.thinking : seconds > 0 ? labels.thoughtFor(seconds) : labels.thought;
  return (
    <section {...part("reasoning", { state: streaming ? "streaming" : "finished" })}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={bodyId}
        onClick={() => setOpen(!open)}
        {...part("disclosure-summary", { state: open ? "open" : "closed" })}
      >
        <SparkIcon />
        <span>{summary}</span>
        <ChevronIcon />
      </button>
      <div id={bodyId} hidden={!open} {...part("disclosure")}>
        {open ? <Markdown text={text} streaming={streaming} /> : null}
      </div>
    </section>
  );
}
