/** Owns which failures of the database pass by themselves, and which somebody has to mend first. */
import { SessionStreamError } from "@sessionstream/protocol";

/**
 * Classes of SQLSTATE that trying again does not change: data exception, wrong password, no such database or schema,
 * syntax or access rule, program limit (an index entry that is too long, say).
 * Source: appendix "PostgreSQL Error Codes" of its manual.
 */
const LASTING = new Set(["22", "28", "3D", "3F", "42", "54"]);

export function storageError(thrown: unknown): SessionStreamError {
  if (thrown instanceof SessionStreamError || !isLasting(thrown)) {
    return SessionStreamError.from(thrown, "storage_unavailable");
  }
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new SessionStreamError("storage_unavailable", said, { cause: thrown, retryable: false });
}

function isLasting(thrown: unknown): boolean {
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" && code.length === 5 && LASTING.has(code.slice(0, 2));
}
