/**
 * Owns the rules by which each kind of update changes the timeline's state. An update applies whole or, as `mismatch`,
 * not at all. An older version of an entity never overwrites a newer one; only a full state may take things back.
 */
import { applyEntityPatch, type EntityKey, entityKey } from "@sessionstream/protocol";
import type { ApplyResult, EntityChange, TimelineUpdate } from "../backend/chat-backend.ts";
import { applyMutations } from "./apply-mutations.ts";
import type { TimelineEntity } from "./entity.ts";
import { dropEntity, isHeld, keepEntity, sameVersion, type TimelineState } from "./state.ts";

/** What numbers the timeline: every update but the unnumbered ephemera. */
export type StateUpdate = Exclude<TimelineUpdate, { readonly type: "ephemeral" }>;
type UpdateOf<Type extends StateUpdate["type"]> = Extract<StateUpdate, { readonly type: Type }>;

export function applyUpdate(state: TimelineState, update: StateUpdate): ApplyResult {
  switch (update.type) {
    case "commit":
      return applyCommit(state, update);
    case "full":
      return applyFull(state, update);
    case "delta":
      return applyDelta(state, update);
    case "page":
      return applyPage(state, update);
    case "forget":
      return applyForget(state, update);
    case "mutations":
      return applyMutations(state, update);
  }
}

function applyFull(state: TimelineState, update: UpdateOf<"full">): ApplyResult {
  const incoming = new Set<EntityKey>();
  state.cursor = update.cursor;
  state.floor = update.floor;
  state.hasEarlier = update.hasEarlier;
  for (const entity of update.entities) {
    incoming.add(entity.key);
    const before = state.entities.get(entity.key);
    keepEntity(state, before !== undefined && sameVersion(before, entity) ? before : entity);
  }
  for (const key of state.entities.keys()) {
    if (!incoming.has(key)) dropEntity(state, key);
  }
  state.urgent = true;
  return "applied";
}

function applyDelta(state: TimelineState, update: UpdateOf<"delta">): ApplyResult {
  const { cursor } = state;
  const foreign = update.cursor.epoch !== cursor.epoch && cursor.epoch !== "";
  if (foreign || update.cursor.ordinal < cursor.ordinal) return "mismatch";
  const raised = update.floor > state.floor;
  state.cursor = update.cursor;
  state.floor = update.floor;
  state.hasEarlier = update.hasEarlier;
  for (const { kind, id } of update.removed) dropEntity(state, entityKey(kind, id));
  for (const entity of update.entities) keepNewer(state, entity);
  if (raised) dropBelowFloor(state);
  // Whoever hears next that the content is current must find it so.
  state.urgent = true;
  return "applied";
}

function applyPage(state: TimelineState, update: UpdateOf<"page">): ApplyResult {
  if (update.floor < state.floor) state.floor = update.floor;
  state.hasEarlier = update.hasEarlier;
  for (const entity of update.entities) keepNewer(state, entity);
  return "applied";
}

function applyForget(state: TimelineState, { floor }: UpdateOf<"forget">): ApplyResult {
  if (floor <= state.floor) return "applied";
  state.floor = floor;
  state.hasEarlier = true;
  dropBelowFloor(state);
  return "applied";
}

function applyCommit(state: TimelineState, update: UpdateOf<"commit">): ApplyResult {
  const { cursor } = state;
  const { epoch, ordinal, tag } = update;
  if (cursor.epoch !== "" && epoch !== cursor.epoch) return "mismatch";
  if (epoch === cursor.epoch && ordinal <= cursor.ordinal) return "applied";

  // Everything is worked out before anything is written: a commit is shown whole or not at all.
  const staged = new Map<EntityKey, TimelineEntity | null>();
  for (const change of update.changes) {
    const key = change.type === "put" ? change.entity.key : entityKey(change.kind, change.id);
    const before = staged.has(key) ? (staged.get(key) ?? undefined) : state.entities.get(key);
    const after = resolveChange(change, before, key, state.floor);
    if (after === "mismatch") return "mismatch";
    if (after !== "skip") staged.set(key, after);
  }
  for (const [key, entity] of staged) {
    if (entity === null) dropEntity(state, key);
    else keepEntity(state, entity);
  }
  state.cursor = { epoch, view: cursor.view, ordinal, tag };
  return "applied";
}

/** The entity after a change; `null` when it goes. */
function resolveChange(
  change: EntityChange,
  before: TimelineEntity | undefined,
  key: EntityKey,
  floor: bigint,
): TimelineEntity | null | "skip" | "mismatch" {
  if (change.type === "put") {
    return before !== undefined && before.lastEventOrdinal > change.entity.lastEventOrdinal ? "skip" : change.entity;
  }
  if (before !== undefined && before.lastEventOrdinal >= change.ordinal) return "skip";
  // Settled below the floor: whatever it says, the window no longer holds it and needs no base for it.
  if (change.type === "remove" || !isHeld(change, floor)) return null;
  if (before === undefined || before.lastEventOrdinal !== change.baseOrdinal) return "mismatch";
  const patched = applyEntityPatch(before.payload, change.patch);
  if (!patched.ok) return "mismatch";
  return {
    key,
    kind: before.kind,
    id: before.id,
    createdOrdinal: before.createdOrdinal,
    createdIndex: before.createdIndex,
    lastEventOrdinal: change.ordinal,
    createdAt: before.createdAt,
    updatedAt: change.updatedAt,
    open: change.open,
    commandId: before.commandId,
    payload: patched.payload,
  };
}

function keepNewer(state: TimelineState, entity: TimelineEntity): void {
  const before = state.entities.get(entity.key);
  if (before === undefined) keepEntity(state, entity);
  else if (before.lastEventOrdinal <= entity.lastEventOrdinal) {
    keepEntity(state, sameVersion(before, entity) ? before : entity);
  }
}

function dropBelowFloor(state: TimelineState): void {
  for (const entity of state.entities.values()) {
    if (!isHeld(entity, state.floor)) dropEntity(state, entity.key);
  }
}
