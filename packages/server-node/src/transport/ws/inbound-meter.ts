/**
 * Owns how much one peer may say: frames and bytes a second. The first few frames too many are refused with a time to
 * come back (a client that follows many sessions again after a cut is no attacker), who goes on is a flood (X10).
 */
import { fullBucket, type Rate, takeTokens } from "../../limits/token-bucket.ts";
import { createStrikeCounter } from "./strike-counter.ts";

type Heard =
  | { readonly type: "within" }
  | { readonly type: "too-fast"; readonly retryAfterMs: number }
  | { readonly type: "flood"; readonly retryAfterMs: number };

export interface InboundMeter {
  hear(bytes: number): Heard;
}

export interface InboundMeterOptions {
  readonly frames: Rate;
  readonly bytes: Rate;
  /** Frames too fast within `windowMs` that are answered; the next one is a flood. */
  readonly maxWarnings: number;
  readonly windowMs: number;
  readonly now: () => number;
}

export function createInboundMeter(options: InboundMeterOptions): InboundMeter {
  const { now } = options;
  const warnings = createStrikeCounter(options.maxWarnings, options.windowMs, now);
  let frames = fullBucket(options.frames, now());
  let bytes = fullBucket(options.bytes, now());
  return {
    hear(length) {
      const at = now();
      const byFrame = takeTokens(options.frames, frames, 1, at);
      const byByte = takeTokens(options.bytes, bytes, length, at);
      frames = byFrame.bucket;
      bytes = byByte.bucket;
      if (byFrame.type === "taken" && byByte.type === "taken") return { type: "within" };
      const waits = [byFrame, byByte].map((take) => (take.type === "refused" ? take.retryAfterMs : 0));
      return { type: warnings.strike() ? "flood" : "too-fast", retryAfterMs: Math.max(...waits) };
    },
  };
}
