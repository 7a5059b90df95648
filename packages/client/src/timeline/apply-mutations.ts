/**
 * Owns how the mutations of one reference-server event change the state. All of them happen or, when the event is older
 * than the cursor, none. Such servers send no open bit and no creation index: mappings say what is open.
 */
import { entityKey } from "@sessionstream/protocol";
import type { ApplyResult } from "../backend/chat-backend.ts";
import type { TimelineEntity } from "./entity.ts";
import { type BoundMutation, inMutationOrder, mutatePayload } from "./mutation.ts";
import { dropEntity, keepEntity, type TimelineState } from "./state.ts";

export function applyMutations(
  state: TimelineState,
  update: { readonly ordinal: bigint; readonly mutations: readonly BoundMutation[] },
): ApplyResult {
  const { cursor } = state;
  // Siblings of one event share its ordinal, so only what lies below the cursor is old.
  if (update.ordinal < cursor.ordinal) return "applied";
  for (const mutation of inMutationOrder(update.mutations)) applyMutation(state, mutation, update.ordinal);
  if (update.ordinal > cursor.ordinal) state.cursor = { ...cursor, ordinal: update.ordinal };
  return "applied";
}

function applyMutation(state: TimelineState, mutation: BoundMutation, ordinal: bigint): void {
  const key = entityKey(mutation.kind, mutation.id);
  const before = state.entities.get(key);
  if (before !== undefined && before.lastEventOrdinal > ordinal) return;
  if (mutation.type === "delete") {
    dropEntity(state, key);
    return;
  }
  if (mutation.whileOpen === true && before?.open === false) return;
  const payload = mutatePayload(before?.payload, mutation);
  if (payload === undefined) return;
  const initiallyOpen = mutation.type === "upsert" && mutation.initial?.open === true;
  const open = mutation.open ?? before?.open ?? initiallyOpen;
  const entity: TimelineEntity =
    before === undefined
      ? {
          key,
          kind: mutation.kind,
          id: mutation.id,
          createdOrdinal: ordinal,
          createdIndex: 0,
          lastEventOrdinal: ordinal,
          createdAt: 0,
          updatedAt: 0,
          open,
          commandId: undefined,
          payload,
        }
      : { ...before, lastEventOrdinal: ordinal, open, payload };
  keepEntity(state, entity);
}
