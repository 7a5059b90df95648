/** Owns how much a request may bring and how often it may come, and the defaults. */
import type { Rate } from "../../limits/token-bucket.ts";

export interface HttpLimits {
  /** A command's payload is bounded by the hub's `maxEventBytes`: a larger body could not be accepted. */
  readonly maxBodyBytes: number;
  /** Commands of one principal; the next one gets 429. */
  readonly commands: Rate;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 64 * 1024,
  commands: { perSecond: 5, burst: 20 },
};
