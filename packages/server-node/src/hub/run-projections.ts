/**
 * Owns step 4 of the pipeline for one event: every projection sees the state before it, then their writes are taken
 * over, each projection's all or not at all. One that throws does not stop another's entities (L12).
 */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { SessionEvent } from "../event/define-event.ts";
import type { EntityWrite } from "../projection/define-projection.ts";
import type { HubRegistry, RegisteredProjection } from "./hub-registry.ts";
import { type StageContext, stageWrites } from "./stage-writes.ts";

export interface ProjectionFailure {
  readonly projection: RegisteredProjection;
  readonly event: SessionEvent;
  readonly error: unknown;
}

export interface ProjectionRun {
  /** Stamps of the projections that threw. */
  readonly skippedBy: readonly string[];
  readonly failures: readonly ProjectionFailure[];
  /** A limit was hit: the unit cannot be committed. */
  readonly refused: SessionStreamError | null;
}

const CLEAN: ProjectionRun = { skippedBy: [], failures: [], refused: null };

interface Output {
  readonly projection: RegisteredProjection;
  readonly writes: readonly EntityWrite[];
}

/** `alreadySkipped`: stamps the log says must skip this event. */
export function runProjections(
  registry: HubRegistry,
  context: StageContext,
  event: SessionEvent,
  alreadySkipped: readonly string[] = [],
): ProjectionRun {
  const { staged } = context;
  const failures: ProjectionFailure[] = [];
  const outputs: Output[] = [];
  for (const { projection, project } of registry.handlers.get(event.name) ?? []) {
    if (alreadySkipped.includes(projection.stamp)) continue;
    try {
      outputs.push({ projection, writes: project(event, staged) });
    } catch (error) {
      failures.push({ projection, event, error });
    }
  }
  let created = 0;
  for (const { projection, writes } of outputs) {
    try {
      const result = stageWrites(context, projection, event, writes, created);
      if (result.type === "refused") return { skippedBy: [], failures, refused: result.error };
      created += result.created;
    } catch (error) {
      failures.push({ projection, event, error });
    }
  }
  staged.ordinal = event.ordinal;
  if (failures.length === 0) return CLEAN;
  return { skippedBy: failures.map(({ projection }) => projection.stamp), failures, refused: null };
}
