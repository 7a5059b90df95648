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
