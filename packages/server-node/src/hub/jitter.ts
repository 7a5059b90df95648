import type { HubPlatform } from "../platform/hub-platform.ts";
import { sha256 } from "../platform/sha256.ts";

/** `ms` ± 20 %: those who began together do not stay together. */
export function jittered(ms: number, platform: Pick<HubPlatform, "randomId">): number {
  const fraction = Number.parseInt(sha256(platform.randomId()).slice(0, 8), 16) / 2 ** 32;
  return ms * (0.8 + 0.4 * fraction);
}
