import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { Notice } from "../message/notice.tsx";
import { ScrollText } from "../scroll-text/scroll-text.tsx";
import { parseJson } from "./json-text.ts";
import { JsonTree } from "./json-tree.tsx";

export interface ToolOutputProps {
  readonly result: string;
  readonly error: string;
}

/** What a tool returned: an error, a tree, text or nothing. Never markdown: it is data. */
export function ToolOutput({ result, error }: ToolOutputProps) {
  const part = usePart();
  const labels = useLabels();
  if (error !== "") return <Notice level="error" text={error} />;
  if (result.trim() === "") return <p {...part("card-meta")}>{labels.toolEmptyResult}</p>;
  const data = parseJson(result);
  if (typeof data === "object" && data !== null) return <JsonTree data={data} />;
  return (
    <ScrollText name="preformatted" label={labels.toolResult} dir="auto">
      {showHidden(typeof data === "string" ? data : result)}
    </ScrollText>
  );
}
