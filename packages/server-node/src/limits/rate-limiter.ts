/**
 * Owns one rate for many: a bucket per key, kept only while it is not full, so that keys which came once do not stay.
 */
import { fullBucket, isFull, type Rate, type TokenBucket, takeTokens } from "./token-bucket.ts";

export interface RateLimiter {
  /** @returns `null` when there was room, else milliseconds until there is. */
  take(key: string, cost?: number): number | null;
  /** Keys that are remembered. */
  readonly size: number;
}

/** Looked at per call, so that forgetting keeps up with learning. */
const FORGET_PER_TAKE = 2;

export function createRateLimiter(rate: Rate, now: () => number): RateLimiter {
  /** In the order of last use: whose turn to be forgotten it is stands first. */
  const buckets = new Map<string, TokenBucket>();

  function forgetRested(at: number): void {
    let looked = 0;
    for (const [key, bucket] of buckets) {
      if (looked === FORGET_PER_TAKE || !isFull(rate, bucket, at)) return;
      buckets.delete(key);
      looked += 1;
    }
  }

  return {
    take(key, cost = 1) {
      const at = now();
      forgetRested(at);
      const take = takeTokens(rate, buckets.get(key) ?? fullBucket(rate, at), cost, at);
      buckets.delete(key);
      buckets.set(key, take.bucket);
      return take.type === "taken" ? null : take.retryAfterMs;
    },
    get size() {
      return buckets.size;
    },
  };
}
