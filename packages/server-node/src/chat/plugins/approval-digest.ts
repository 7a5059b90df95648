import { findOutOfBounds, type JsonValue } from "@sessionstream/protocol";
import { canonicalJson } from "../../platform/canonical-json.ts";
import { sha256 } from "../../platform/sha256.ts";
import type { SessionKey } from "../../storage/contract.ts";

/**
 * Names what a person was asked: this call, of this tool, with these arguments, in this session. An answer that sends
 * it back cannot count for anything else.
 */
export function approvalDigest(
  { tenant, session }: SessionKey,
  call: { readonly toolCallId: string; readonly toolName: string; readonly input: string },
): string {
  return sha256(canonicalJson([tenant, session, call.toolCallId, call.toolName, argumentsOf(call.input)]));
}

/** Arguments that are no JSON, or too deep to be walked, stand for themselves. */
function argumentsOf(input: string): JsonValue {
  try {
    // CAST: what JSON.parse gives is JSON.
    const json = JSON.parse(input) as JsonValue;
    return findOutOfBounds(json) === null ? [json] : input;
  } catch {
    return input;
  }
}
