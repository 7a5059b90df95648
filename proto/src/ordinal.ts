/**
 * Owns the ordinal: a session's uint64 position in its log (L3).
 * `bigint` in code, decimal string in JSON. Never a `number`: above 2^53 neighbours would merge.
 */
export type Ordinal = bigint;

export const ORDINAL_ZERO: Ordinal = 0n;
/** Largest ordinal we assign: SQL stores keep int64. */
export const ORDINAL_MAX: Ordinal = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

const CANONICAL = /^(0|[1-9][0-9]{0,19})$/;

/**
 * Reads a decimal string as protobuf JSON writes a uint64. `undefined` is 0: proto3 JSON omits zeros.
 * @returns `null` for anything that is not canonical: numbers, signs, leading zeros, text, above 2^64-1.
 */
export function parseOrdinal(json: unknown): Ordinal | null {
  if (json === undefined) return ORDINAL_ZERO;
  if (typeof json !== "string" || !CANONICAL.test(json)) return null;
  const ordinal = BigInt(json);
  return ordinal <= UINT64_MAX ? ordinal : null;
}

export function formatOrdinal(ordinal: Ordinal): string {
  return ordinal.toString();
}

export function compareOrdinals(a: Ordinal, b: Ordinal): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
