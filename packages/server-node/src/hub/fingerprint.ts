/** Owns when two commands with one id count as the same: same name, same content, whatever the order of keys. */
import type { JsonValue } from "@sessionstream/protocol";
import { canonicalJson } from "../platform/canonical-json.ts";
import { sha256 } from "../platform/sha256.ts";

export function fingerprintOf(command: string, payloadText: string): string {
  // CAST: what JSON.parse gives is JSON.
  return sha256(`${command}\n${canonicalJson(JSON.parse(payloadText) as JsonValue)}`);
}
