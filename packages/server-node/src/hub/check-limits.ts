/** Owns which limits of a hub fit together: what cannot work is said at the start, not at the first large entity. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { HubLimits } from "./hub-options.ts";

/** @throws SessionStreamError `invalid_options` */
export function checkHubLimits({ fanOut, ...limits }: HubLimits): void {
  for (const [name, value] of Object.entries({ ...limits, ...fanOut })) {
    if (!(value > 0)) throw invalid(`${name} is ${value}, and has to be more than nothing`);
  }
  if (limits.maxEntityBytes >= fanOut.maxFrameBytes) {
    throw invalid(
      `maxEntityBytes (${limits.maxEntityBytes}) has to be below fanOut.maxFrameBytes (${fanOut.maxFrameBytes}): an entity is never split`,
    );
  }
}

function invalid(problem: string): SessionStreamError {
  return new SessionStreamError("invalid_options", `Hub limits: ${problem}`);
}
