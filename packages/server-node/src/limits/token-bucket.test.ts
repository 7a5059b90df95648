import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRateLimiter } from "./rate-limiter.ts";
import { fullBucket, type Rate, takeTokens } from "./token-bucket.ts";

const rates = fc.record({
  perSecond: fc.integer({ min: 1, max: 1_000 }),
  burst: fc.integer({ min: 1, max: 1_000 }),
});
/** Milliseconds since the last ask, and what is asked for; clocks go backwards too. */
const asks = fc.array(
  fc.record({ afterMs: fc.integer({ min: -50, max: 2_000 }), cost: fc.integer({ min: 1, max: 40 }) }),
  {
    maxLength: 60,
  },
);

describe("a token bucket", () => {
  it("X10 never gives more than burst and rate allow, over any stretch of time", () => {
    fc.assert(
      fc.property(rates, asks, (rate, list) => {
        const taken: { at: number; cost: number }[] = [];
        let bucket = fullBucket(rate, 0);
        let now = 0;
        for (const { afterMs, cost } of list) {
          now += Math.max(0, afterMs);
          const take = takeTokens(rate, bucket, cost, now);
          bucket = take.bucket;
          if (take.type === "taken") taken.push({ at: now, cost });
        }
        taken.forEach(({ at: from }, first) => {
          let sum = 0;
          for (const { at, cost } of taken.slice(first)) {
            sum += cost;
            expect(sum).toBeLessThanOrEqual(rate.burst + ((at - from) * rate.perSecond) / 1_000 + 1e-6);
          }
        });
      }),
    );
  });

  it("X10 says truly when to come back: not a millisecond before, but then", () => {
    fc.assert(
      fc.property(rates, asks, (rate, list) => {
        let bucket = fullBucket(rate, 0);
        let now = 0;
        for (const { afterMs, cost } of list) {
          now += Math.max(0, afterMs);
          const take = takeTokens(rate, bucket, cost, now);
          bucket = take.bucket;
          if (take.type === "taken") continue;
          const { retryAfterMs } = take;
          if (cost > rate.burst) expect(retryAfterMs).toBe(Number.POSITIVE_INFINITY);
          else {
            expect(takeTokens(rate, bucket, cost, now + retryAfterMs - 1).type).toBe("refused");
            expect(takeTokens(rate, bucket, cost, now + retryAfterMs).type).toBe("taken");
          }
        }
      }),
      {
        examples: [
          [
            { perSecond: 1, burst: 16 },
            [
              { afterMs: 0, cost: 2 },
              { afterMs: 1_209, cost: 16 },
            ],
          ],
        ],
      },
    );
  });

  it("X10 a clock set back gives nothing away, and refuses nobody for longer than a bucket takes to fill", () => {
    const rate: Rate = { perSecond: 1, burst: 1 };
    const { bucket } = takeTokens(rate, fullBucket(rate, 3_600_000), 1, 3_600_000);
    const back = takeTokens(rate, bucket, 1, 0);
    expect(back.type).toBe("refused");
    expect(takeTokens(rate, back.bucket, 1, 1_999).type).toBe("refused");
    expect(takeTokens(rate, back.bucket, 1, 2_000).type).toBe("taken");
  });
});

describe("a rate limiter", () => {
  it("X10 counts each key apart and forgets those that have rested", () => {
    let now = 0;
    const limiter = createRateLimiter({ perSecond: 10, burst: 2 }, () => now);
    for (const key of ["a", "b"]) {
      expect([limiter.take(key), limiter.take(key)]).toEqual([null, null]);
      expect(limiter.take(key)).toBe(100);
    }
    now = 1_000;
    for (let at = 0; at < 100; at += 1) {
      limiter.take(`once-${at}`);
      now += 100;
    }
    expect(limiter.size).toBeLessThan(5);
  });
});
