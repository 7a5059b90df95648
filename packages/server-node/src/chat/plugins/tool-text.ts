import type { JsonValue } from "@sessionstream/protocol";

/** Owns how arguments and results become text that fits into the log. */

/** An event has to stay below the hub's limit, and nobody reads more than this. UTF-16 code units. */
export const MAX_TOOL_TEXT = 12_000;

export function asText(json: JsonValue): string {
  return typeof json === "string" ? json : JSON.stringify(json);
}

/** Cut with notice. */
export function clip(text: string): string {
  if (text.length <= MAX_TOOL_TEXT) return text;
  const head = text.slice(0, MAX_TOOL_TEXT).replace(/[\uD800-\uDBFF]$/, "");
  return `${head}\n… (${text.length - head.length} more characters)`;
}
