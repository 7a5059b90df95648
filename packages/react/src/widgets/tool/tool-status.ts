import type { ToolStatusLabel } from "../../labels/labels.ts";

const KNOWN: ReadonlySet<string> = new Set<ToolStatusLabel>([
  "started",
  "requested",
  "running",
  "completed",
  "failed",
  "denied",
  "cancelled",
  "interrupted",
]);

/** A status we do not know is shown by its own name. */
export function isToolStatus(status: string): status is ToolStatusLabel {
  return KNOWN.has(status);
}

/** JSON indented; anything else, such as arguments still being written, as it is. */
export function prettyJson(text: string): string {
  const parsed = parseJson(text);
  return parsed === undefined ? text : JSON.stringify(parsed, null, 2);
}

/** `undefined` if it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
