/** Owns how much a request may bring and how often it may come, and the defaults. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Rate } from "../../limits/token-bucket.ts";

export interface HttpLimits {
  /** A command's payload is bounded by the hub's `maxEventBytes`: a larger body could not be accepted. */
  readonly maxBodyBytes: number;
  /** Commands of one principal; the next one gets 429. */
  readonly commands: Rate;
  /** Reads of one principal. One of the past (`asOf`) counts as `PAST_READ_COST`. */
  readonly reads: Rate;
}

/** The past is not kept: the log is replayed up to it. */
export const PAST_READ_COST = 5;

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 64 * 1024,
  commands: { perSecond: 5, burst: 20 },
  reads: { perSecond: 10, burst: 40 },
};

/** @throws SessionStreamError `invalid_options` for rates under which some request would never be answered. */
export function checkHttpLimits({ commands, reads }: HttpLimits): void {
  if (commands.burst < 1) throw invalid(`commands.burst is ${commands.burst}: no command would ever be let in`);
  if (reads.burst < PAST_READ_COST) {
    throw invalid(
      `reads.burst is ${reads.burst}: a read with "asOf" counts as ${PAST_READ_COST}, and would never be let in`,
    );
  }
}

function invalid(problem: string): SessionStreamError {
  return new SessionStreamError("invalid_options", `HTTP limits: ${problem}`);
}
