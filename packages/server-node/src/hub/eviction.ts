/** Owns which sessions leave memory: the idle ones, then the least recently used until the rest fits. Pure. */
import type { HubLimits } from "./hub-options.ts";

export interface EvictionCandidate {
  readonly name: string;
  readonly lastUsed: number;
  readonly bytes: number;
  /** Has subscribers, effects, or work: stays, whatever it costs. */
  readonly needed: boolean;
}

/** `candidates`: least recently used first. */
export function lanesToEvict(
  candidates: readonly EvictionCandidate[],
  limits: Pick<HubLimits, "evictAfterMs" | "maxMemoryBytes">,
  now: number,
): readonly string[] {
  let bytes = candidates.reduce((sum, candidate) => sum + candidate.bytes, 0);
  const evicted: string[] = [];
  for (const candidate of candidates) {
    const idle = now - candidate.lastUsed >= limits.evictAfterMs;
    if (candidate.needed || !(idle || bytes > limits.maxMemoryBytes)) continue;
    evicted.push(candidate.name);
    bytes -= candidate.bytes;
  }
  return evicted;
}
