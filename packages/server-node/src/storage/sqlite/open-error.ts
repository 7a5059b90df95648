/** Owns the error a person gets when a database cannot be opened: which one, why, and what to do. */
import { SessionStreamError } from "@sessionstream/protocol";

/** One that has a code already says what to do. */
export function openError(what: string, cause: unknown): SessionStreamError {
  if (cause instanceof SessionStreamError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `Cannot open ${what}: ${reason}. ${adviceFor(reason)}`;
  return new SessionStreamError("storage_unavailable", message, { cause, retryable: false });
}

function adviceFor(reason: string): string {
  if (/read-?only/i.test(reason)) return "It can only be read here: a hub needs a file and a folder that it may write.";
  if (/locked|busy/i.test(reason)) {
    return "Another connection keeps it to itself, by locking_mode = EXCLUSIVE or a transaction that does not end. End that one.";
  }
  return "Check that it is a SQLite database and that this process may write it and its folder.";
}
