import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { CopyButton } from "../markdown/copy-button.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { Notice } from "./notice.tsx";

export interface AssistantMessageProps {
  readonly text: string;
  readonly streaming: boolean;
  readonly error?: string;
}

export function AssistantMessage({ text, streaming, error = "" }: AssistantMessageProps) {
  const part = usePart();
  const labels = useLabels();
  const state = error === "" ? (streaming ? "streaming" : "finished") : "error";
  return (
    <article data-role="assistant" {...part("message", { state })}>
      <h3 {...part("visually-hidden")}>{labels.assistant}</h3>
      <Markdown text={text} streaming={streaming} />
      {error === "" ? null : <Notice level="error" text={error} />}
      {streaming || text === "" ? null : (
        <div {...part("message-actions")}>
          <CopyButton text={text} />
        </div>
      )}
    </article>
  );
}
