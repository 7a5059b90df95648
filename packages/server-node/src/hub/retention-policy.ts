/** Owns what a policy of retention says of a log: how far it may be shortened. */
import { SessionStreamError } from "@sessionstream/protocol";

/** An event goes when everything that is given here lets it go; the newest one never does. */
export interface RetentionPolicy {
  /** The newest so many stay. */
  readonly keepEvents?: number;
  /** Those younger than this stay. */
  readonly keepMs?: number;
}

export interface Retained {
  /** Events up to here are gone. */
  readonly floor: bigint;
  /** By this call. */
  readonly removed: bigint;
}

/** @throws invalid_options */
export function checkRetentionPolicy({ keepEvents, keepMs }: RetentionPolicy): void {
  if (keepEvents === undefined && keepMs === undefined) {
    throw new SessionStreamError("invalid_options", "Say what to keep: keepEvents, keepMs or both.");
  }
  for (const [name, value] of Object.entries({ keepEvents, keepMs })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new SessionStreamError("invalid_options", `${name} is a whole number, 0 or more.`);
  }
}

/** The last ordinal that the count lets go; the newest event stays, it holds the tag and the time of the head. */
export function lastByCount({ keepEvents = 0 }: RetentionPolicy, ordinal: bigint): bigint {
  return ordinal - BigInt(Math.max(1, keepEvents));
}

/** Events at this time or later stay. */
export function cutOff({ keepMs }: RetentionPolicy, now: number): number {
  return keepMs === undefined ? Number.POSITIVE_INFINITY : now - keepMs;
}
