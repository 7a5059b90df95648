/** Owns what a hub is among others on one storage. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { HubPlatform } from "../platform/hub-platform.ts";
import { isShared, type SharedMessageStorage } from "../storage/contract.ts";
import { Bell } from "./bell.ts";
import type { ErrorLog } from "./error-log.ts";
import type { HubLimits, HubOptions } from "./hub-options.ts";

export interface Sharing {
  readonly storage: SharedMessageStorage;
  /** Its name as a holder of leases and as one who rings. */
  readonly hubId: string;
  readonly bell: Bell | null;
}

/** `null`: this process is alone. @throws SessionStreamError `invalid_options` */
export function shareStorage(
  { storage, doorbell }: Pick<HubOptions, "storage" | "doorbell">,
  { platform, errors, limits }: { platform: HubPlatform; errors: ErrorLog; limits: HubLimits },
): Sharing | null {
  if (!isShared(storage)) {
    if (doorbell === undefined) return null;
    throw new SessionStreamError(
      "invalid_options",
      "A doorbell is for hubs on one shared storage, and this storage is for one process. Leave it out, or share a database.",
    );
  }
  const hubId = platform.randomId();
  const { probeMs } = limits;
  const bell = doorbell === undefined ? null : new Bell({ doorbell, hubId, platform, probeMs, errors });
  return { storage, hubId, bell };
}
