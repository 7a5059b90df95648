/** Owns what a caller is told when its unit could not be committed. */
import { type ErrorCode, SessionStreamError } from "@sessionstream/protocol";

/** Errors that already say what the caller needs to know pass as they are. */
const SPEAK_FOR_THEMSELVES = new Set<ErrorCode>([
  "bad_request",
  "busy",
  "closed",
  "gone",
  "session_not_found",
  "storage_unavailable",
  "corrupt_data",
  "invalid_options",
]);

export function storageError(cause: unknown): SessionStreamError {
  if (cause instanceof SessionStreamError && SPEAK_FOR_THEMSELVES.has(cause.code)) return cause;
  return new SessionStreamError("storage_unavailable", "The storage did not answer; nothing was stored. Try again.", {
    cause,
  });
}

export function outcomeUnknownError(cause: unknown): SessionStreamError {
  const message = "The storage failed while storing this; whether it did is not known. Retry with the same id.";
  return new SessionStreamError("outcome_unknown", message, { cause });
}

export function conflictError(): SessionStreamError {
  return new SessionStreamError("conflict", "The session's log was removed or replaced meanwhile; nothing was stored.");
}

export function exhaustedError(): SessionStreamError {
  return new SessionStreamError(
    "busy",
    "Another process keeps writing to this session; nothing was stored. Try again.",
  );
}

export function keyReusedError(): SessionStreamError {
  const message = "This command id was used for another command. Give every command its own id.";
  return new SessionStreamError("key_reused", message);
}

export function forbiddenError(): SessionStreamError {
  return new SessionStreamError("forbidden", "You may not do this with this session.");
}

export function closedError(): SessionStreamError {
  return new SessionStreamError("closed", "This hub is closed.");
}

export function drainingError(): SessionStreamError {
  return new SessionStreamError("draining", "This server is about to stop. Try again; another one will answer.");
}

export function noFencesError(): SessionStreamError {
  return new SessionStreamError("invalid_options", "A fence needs a storage with leases; this one has none.");
}

export function noAbilityError(what: string, tier: string): SessionStreamError {
  const message = `This storage is none that ${what}: use one whose adapter is a ${tier} (memory, SQLite, PostgreSQL).`;
  return new SessionStreamError("invalid_options", message);
}
