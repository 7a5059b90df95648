/**
 * Owns how the base of a truncated log is kept by databases: as one text, since it is written and read as a whole and
 * only ever in place of the one before.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { StoredEntity } from "./contract.ts";

const ORDINALS: ReadonlySet<string> = new Set(["createdOrdinal", "lastEventOrdinal"]);

export function baseText(entities: readonly StoredEntity[]): string {
  return JSON.stringify(entities, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

export function readBaseText(text: string): readonly StoredEntity[] {
  try {
    // CAST: written by `baseText`, from an array of entities.
    return JSON.parse(text, (key, value: unknown) =>
      ORDINALS.has(key) && typeof value === "string" ? BigInt(value) : value,
    ) as StoredEntity[];
  } catch (cause) {
    throw new SessionStreamError("corrupt_data", "The base of a truncated log cannot be read.", { cause });
  }
}
