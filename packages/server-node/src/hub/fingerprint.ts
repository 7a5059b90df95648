/** Owns when two commands with one id count as the same: same name, same content, whatever the order of keys. */
import type { JsonValue } from "@sessionstream/protocol";
import { sha256 } from "../platform/sha256.ts";

export function fingerprintOf(command: string, payloadText: string): string {
  // CAST: what JSON.parse gives is JSON.
  return sha256(`${command}\n${canonical(JSON.parse(payloadText) as JsonValue)}`);
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
}
