/**
 * Owns how long to wait before trying again: the first time anywhere within 3 s, so that a thousand clients who lost
 * one server do not come back as one, then full jitter up to 20 s (F-C13).
 */
const FIRST_MS = 3_000;
const CAP_MS = 20_000;

/** `attempt` counts from 0, `random` is in [0, 1). */
export function retryDelayMs(attempt: number, random: number): number {
  return random * Math.min(CAP_MS, FIRST_MS * 2 ** attempt);
}
