/**
 * Owns the arithmetic of a rate: so many at once, then so many a second. Pure; the clock is an argument, and may be set
 * back.
 */
export interface Rate {
  readonly perSecond: number;
  /** How many may come at once after a rest. */
  readonly burst: number;
}

export interface TokenBucket {
  /** Thousandths of a token: what a whole rate gives in a millisecond is a whole number of them. */
  readonly thousandths: number;
  /** Milliseconds: when they were counted. */
  readonly at: number;
}

export type Take =
  | { readonly type: "taken"; readonly bucket: TokenBucket }
  /** `retryAfterMs` is `Infinity` for a cost above the burst: no waiting helps. */
  | { readonly type: "refused"; readonly bucket: TokenBucket; readonly retryAfterMs: number };

export function fullBucket({ burst }: Rate, now: number): TokenBucket {
  return { thousandths: burst * 1_000, at: now };
}

export function takeTokens(rate: Rate, before: TokenBucket, cost: number, now: number): Take {
  const bucket = refill(rate, before, now);
  const left = bucket.thousandths - cost * 1_000;
  if (left >= 0) return { type: "taken", bucket: { ...bucket, thousandths: left } };
  const retryAfterMs = cost > rate.burst ? Number.POSITIVE_INFINITY : Math.ceil(-left / rate.perSecond);
  return { type: "refused", bucket, retryAfterMs };
}

/** A full bucket remembers nothing. */
export function isFull(rate: Rate, bucket: TokenBucket, now: number): boolean {
  return refill(rate, bucket, now).thousandths >= rate.burst * 1_000;
}

function refill({ perSecond, burst }: Rate, { thousandths, at }: TokenBucket, now: number): TokenBucket {
  const elapsedMs = Math.max(0, now - at);
  // Of a clock set back by an hour one waits no longer than for a full bucket.
  const latest = now + (burst * 1_000) / perSecond;
  const refilled = Math.min(burst * 1_000, thousandths + elapsedMs * perSecond);
  return { thousandths: refilled, at: Math.min(Math.max(at, now), latest) };
}
