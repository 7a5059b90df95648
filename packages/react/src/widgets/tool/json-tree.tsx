/** Owns JSON as a tree one can open. Bounded: a huge result shows its beginning and how much more there is. */
import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";

const MOST_ITEMS = 100;
const DEEPEST = 12;
const OPEN_DEPTH = 1;

export interface JsonTreeProps {
  readonly data: unknown;
  readonly name?: string;
  readonly depth?: number;
}

export function JsonTree({ data, name, depth = 0 }: JsonTreeProps) {
  const part = usePart();
  const labels = useLabels();
  const key = name === undefined ? null : <span {...part("json-key")}>{showHidden(name)}: </span>;
  if (typeof data !== "object" || data === null || depth >= DEEPEST) {
    return (
      <div {...part("json-leaf", { state: data === null ? "null" : typeof data })}>
        {key}
        <span>{showHidden(JSON.stringify(data))}</span>
      </div>
    );
  }
  const entries = Object.entries(data);
  const shown = entries.slice(0, MOST_ITEMS);
  const size = Array.isArray(data) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={depth < OPEN_DEPTH} {...part("json")}>
      <summary>
        {key}
        <span {...part("card-meta")}>{size}</span>
      </summary>
      {shown.map(([child, item]) => (
        <JsonTree key={child} name={child} data={item} depth={depth + 1} />
      ))}
      {shown.length < entries.length ? (
        <span {...part("card-meta")}>{labels.moreItems(entries.length - shown.length)}</span>
      ) : null}
    </details>
  );
}
