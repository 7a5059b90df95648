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
  readonly tokens: number;
  /** Milliseconds: when `tokens` was counted. */
  readonly at: number;
}

export type Take =
  | { readonly type: "taken"; readonly bucket: TokenBucket }
  /** `retryAfterMs` is `Infinity` for a cost above the burst: no waiting helps. */
  | { readonly type: "refused"; readonly bucket: TokenBucket; readonly retryAfterMs: number };

export function fullBucket({ burst }: Rate, now: number): TokenBucket {
  return { tokens: burst, at: now };
}

export function takeTokens(rate: Rate, before: TokenBucket, cost: number, now: number): Take {
  const bucket = refill(rate, before, now);
  if (bucket.tokens >= cost) return { type: "taken", bucket: { ...bucket, tokens: bucket.tokens - cost } };
  const retryAfterMs = cost > rate.burst ? Number.POSITIVE_INFINITY : ((cost - bucket.tokens) * 1_000) / rate.perSecond;
  return { type: "refused", bucket, retryAfterMs: Math.ceil(retryAfterMs) };
}

/** A full bucket remembers nothing. */
export function isFull(rate: Rate, bucket: TokenBucket, now: number): boolean {
  return refill(rate, bucket, now).tokens >= rate.burst;
}

function refill({ perSecond, burst }: Rate, { tokens, at }: TokenBucket, now: number): TokenBucket {
  const elapsedMs = Math.max(0, now - at);
  // Of a clock set back by an hour one waits no longer than for a full bucket.
  const latest = now + (burst * 1_000) / perSecond;
  return { tokens: Math.min(burst, tokens + (elapsedMs * perSecond) / 1_000), at: Math.min(Math.max(at, now), latest) };
}
