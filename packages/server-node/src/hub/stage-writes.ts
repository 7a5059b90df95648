/**
 * Owns taking over all writes of one projection for one event, or none of them.
 */
import { type EntityKey, entityKey, SessionStreamError } from "@sessionstream/protocol";
import type { PayloadRegistry } from "@sessionstream/protocol/codec";
import type { SessionEvent } from "../event/define-event.ts";
import { hush } from "../platform/hooks.ts";
import type { EntityKind } from "../projection/define-entity-kind.ts";
import type { EntityWrite } from "../projection/define-projection.ts";
import type { HubLimits } from "./hub-options.ts";
import type { RegisteredProjection } from "./hub-registry.ts";
import type { StagedChange, StagedView } from "./staged-view.ts";
import { writeEntity } from "./write-entity.ts";

export interface StageContext {
  readonly staged: StagedView;
  readonly kinds: ReadonlyMap<string, EntityKind>;
  readonly payloads: PayloadRegistry;
  /** `null` where the event is already in the log: what was accepted once stays accepted. */
  readonly limits: HubLimits | null;
}

/** `refused`: a limit; the whole unit is off, whatever the policy for throwing projections. */
export type StageResult =
  | { readonly type: "staged"; readonly created: number }
  | { readonly type: "refused"; readonly error: SessionStreamError };

/** @throws SessionStreamError `invalid_entity` when the output is not what a projection may say. */
export function stageWrites(
  context: StageContext,
  projection: RegisteredProjection,
  event: SessionEvent,
  writes: readonly EntityWrite[],
  firstIndex: number,
): StageResult {
  const { staged, limits } = context;
  const savepoint = staged.savepoint();
  let created = 0;
  try {
    for (const write of checkedWrites(projection, writes)) {
      const kind = context.kinds.get(write.kind.kind);
      if (kind === undefined) throw invalid(projection, `it writes kind "${write.kind.kind}", which is not registered`);
      const key = entityKey(kind.kind, write.id);
      const current = staged.record(key);
      const change = writeEntity(write, {
        event,
        kind,
        payloads: context.payloads,
        createdIndex: firstIndex + created,
        current,
        currentBytes: staged.bytesOf(key),
        staged: staged.change(key),
      });
      if (change === null) continue;
      const isNew = current === undefined && change.after !== undefined;
      const error = limits === null ? null : overLimit(staged, key, change, isNew, limits);
      if (error !== null) {
        staged.rollback(savepoint);
        return { type: "refused", error };
      }
      staged.stage(key, change);
      if (isNew) created += 1;
    }
    return { type: "staged", created };
  } catch (error) {
    staged.rollback(savepoint);
    throw error;
  }
}

function checkedWrites(projection: RegisteredProjection, writes: readonly EntityWrite[]): readonly EntityWrite[] {
  if (!Array.isArray(writes)) {
    hush(writes);
    throw invalid(projection, "it must return an array of writes, synchronously");
  }
  for (const write of writes) {
    if (write === null || typeof write !== "object" || typeof write.kind?.kind !== "string") {
      throw invalid(projection, "it returned something that put(), append() or remove() did not make");
    }
    if (typeof write.id !== "string" || write.id === "") throw invalid(projection, `a ${write.kind.kind} has no id`);
    if (!projection.writes.has(write.kind.kind)) {
      throw invalid(projection, `it writes kind "${write.kind.kind}" without declaring it`);
    }
  }
  return writes;
}

function overLimit(
  staged: StagedView,
  key: EntityKey,
  change: StagedChange,
  isNew: boolean,
  limits: HubLimits,
): SessionStreamError | null {
  if (change.bytes > limits.maxEntityBytes) {
    const problem = `${key} would have ${change.bytes} bytes; an entity has at most ${limits.maxEntityBytes}`;
    return new SessionStreamError("payload_too_large", `${problem}. Split it, or keep the content elsewhere.`);
  }
  if (!isNew) return null;
  const full = staged.count >= limits.maxSessionEntities || staged.totalBytes + change.bytes > limits.maxSessionBytes;
  if (!full) return null;
  return new SessionStreamError("session_full", "This session holds as much as a session may. Go on in another one.");
}

function invalid(projection: RegisteredProjection, problem: string): SessionStreamError {
  return new SessionStreamError("invalid_entity", `Projection ${projection.stamp}: ${problem}`);
}
