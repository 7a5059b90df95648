/**
 * Owns the memory of messages the server accepted, so that a restored backup does not lose them in silence (F-D10). The
 * content after a reset is the answer: what should be in it and is not, was lost. Sending under the same key again is
 * safe either way, so a wrong guess costs a row and never a second message (L9).
 */
import type { Cursor } from "@sessionstream/protocol";
import type { TimelineUpdate } from "../backend/chat-backend.ts";
import type { OutboxItem } from "../outbox/outbox.ts";
import { isOwnMessage } from "./rows.ts";

const REMEMBERED = 50;

interface Accepted {
  readonly item: OutboxItem;
  readonly ordinal: bigint;
}

export interface AcceptedMessages {
  remember(item: OutboxItem, epoch: string, ordinal: bigint): void;
  /** Takes out what a full state of the same log should hold and does not. */
  takeLost(full: Extract<TimelineUpdate, { readonly type: "full" }>): readonly OutboxItem[];
}

export function createAcceptedMessages(): AcceptedMessages {
  let epoch = "";
  let accepted = new Map<string, Accepted>();

  return {
    remember(item, inEpoch, ordinal) {
      // Of another log nothing can be missed.
      if (inEpoch !== epoch) accepted = new Map();
      epoch = inEpoch;
      accepted.set(item.commandId, { item, ordinal });
      const oldest = accepted.size > REMEMBERED ? accepted.keys().next().value : undefined;
      if (oldest !== undefined) accepted.delete(oldest);
    },
    takeLost({ cursor, floor, entities }) {
      if (cursor.epoch !== epoch || epoch === "") return [];
      const held = new Set(entities.filter(isOwnMessage).map(({ commandId }) => commandId));
      const lost = [...accepted].filter(([id, { ordinal }]) => !held.has(id) && isCovered(ordinal, floor, cursor));
      for (const [id] of lost) accepted.delete(id);
      return lost.map(([, { item }]) => item);
    },
  };
}

/** Whether the state says anything about what happened at an ordinal. */
function isCovered(ordinal: bigint, floor: bigint, cursor: Cursor): boolean {
  return ordinal >= floor || ordinal > cursor.ordinal;
}
