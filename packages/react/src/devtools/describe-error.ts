/** Owns what may be said of an error without its words: those may cite what people wrote. */
import type { Diagnostic } from "@sessionstream/client";
import { SessionStreamError } from "@sessionstream/protocol";
import type { EventDescription, EventFamily } from "./event.ts";

export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof SessionStreamError)) return { name: error instanceof Error ? error.name : typeof error };
  const { code, retryable, reason, errorId, retryAfterMs } = error;
  return {
    code,
    retryable,
    ...(reason === undefined ? {} : { reason }),
    ...(errorId === undefined ? {} : { errorId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

const FAMILIES: Readonly<Partial<Record<Diagnostic["type"], EventFamily>>> = {
  connecting: "connection",
  connected: "connection",
  disconnected: "connection",
  "renewal-failed": "error",
  "malformed-frame": "error",
  "server-error": "error",
  "observer-failed": "error",
  "mapping-failed": "error",
};

export function describeDiagnostic(diagnostic: Diagnostic): EventDescription {
  const { type, ...rest } = diagnostic;
  const facts = Object.fromEntries(
    Object.entries(rest)
      .filter(([name]) => name !== "sessionId" && name !== "error")
      .map(([name, value]) => [name, typeof value === "bigint" ? value.toString() : value]),
  );
  return {
    family: FAMILIES[type] ?? "diagnostic",
    type,
    facts: "error" in diagnostic ? { ...facts, ...describeError(diagnostic.error) } : facts,
  };
}
