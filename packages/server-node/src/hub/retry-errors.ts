/** Owns trying again, on an operator's word, what could not be projected or read when it came. */
import type { ErrorRecord } from "./error-records.ts";
import type { HubRegistry } from "./hub-registry.ts";
import type { Lane } from "./lane.ts";
import { rebuildLane } from "./rebuild-lane.ts";

const ALL = 100_000;

/** @returns the session's records that are left: what failed again, and what is no matter of projections. */
export async function retryErrors(lane: Lane): Promise<readonly ErrorRecord[]> {
  const { core, session } = lane;
  const before = await core.errors.list({ session, limit: ALL });
  await rebuildLane(lane);
  const tried = before.filter((record) => isTried(core.registry, record));
  await core.errors.discard(tried.map(({ errorId }) => errorId));
  return core.errors.list({ session, limit: ALL });
}

/** A rebuild reads every row anew, but for what this version of a projection skipped when it was stored. */
function isTried(registry: HubRegistry, { kind, subject, metadata }: ErrorRecord): boolean {
  if (kind === "decode") return true;
  return kind === "projection" && !(metadata["mode"] === "live" && hasProjection(registry, subject));
}

function hasProjection({ handlers }: HubRegistry, stamp: string): boolean {
  return [...handlers.values()].flat().some(({ projection }) => projection.stamp === stamp);
}
