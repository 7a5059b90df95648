/** Owns what every database refuses, in the same words. */
import { ORDINAL_MAX, SessionStreamError } from "@sessionstream/protocol";
import type { SessionHead } from "./contract.ts";

/** @throws ordinal_exhausted for one that 64 bits with a sign cannot hold */
export function assertKeepable({ ordinal }: SessionHead): void {
  if (ordinal <= ORDINAL_MAX) return;
  throw new SessionStreamError("ordinal_exhausted", `Ordinal ${ordinal} is beyond ${ORDINAL_MAX}.`);
}

/** @throws storage_unavailable for tables of a newer version of this package */
export function assertKnownSchema(found: number, known: number): void {
  if (found <= known) return;
  throw new SessionStreamError(
    "storage_unavailable",
    `The database has schema version ${found}, this version of the package knows ${known}. Upgrade the package.`,
    { retryable: false },
  );
}
