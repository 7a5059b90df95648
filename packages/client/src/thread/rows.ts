/**
 * Owns the transcript's rows. An own message has one key for life, its command id's, so that confirming it remounts
 * nothing; every other entity's row has the entity's key. Runs and the session itself are not rows.
 */
import type { EntityKey } from "@sessionstream/protocol";
import type { TimelineEntity } from "../timeline/entity.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { CHAT_KINDS } from "./chat-payload.ts";
import type { TranscriptRow } from "./chat-thread.ts";
import type { PendingMessage } from "./status.ts";

const NOT_ROWS: ReadonlySet<string> = new Set([CHAT_KINDS.run, CHAT_KINDS.session]);

/** Rows of one thread; the same array and the same row objects until something about them changes. */
export function createRowsSelector(
  timeline: Timeline,
): (pending: readonly PendingMessage[]) => readonly TranscriptRow[] {
  let order: readonly EntityKey[] | undefined;
  let pending: readonly PendingMessage[] | undefined;
  let entityRows: readonly TranscriptRow[] = [];
  let rows: readonly TranscriptRow[] = [];
  let known = new Map<EntityKey, TranscriptRow>();

  function readEntities(keys: readonly EntityKey[]): readonly TranscriptRow[] {
    const next = new Map<EntityKey, TranscriptRow>();
    const used = new Set<string>();
    for (const entity of keys.map((key) => timeline.getEntity(key))) {
      if (entity === undefined || !isRow(entity)) continue;
      const own = ownMessageKey(entity);
      const key = own === undefined || used.has(own) ? entity.key : own;
      used.add(key);
      const before = known.get(entity.key);
      next.set(entity.key, before?.key === key ? before : { type: "entity", key, entity: entity.key });
    }
    known = next;
    return [...next.values()];
  }

  return (nextPending) => {
    const nextOrder = timeline.getOrder();
    if (nextOrder === order && nextPending === pending) return rows;
    if (nextOrder !== order) entityRows = readEntities(nextOrder);
    order = nextOrder;
    pending = nextPending;
    rows = [...entityRows, ...nextPending.map(pendingRow)];
    return rows;
  };
}

export function isRow({ kind }: TimelineEntity): boolean {
  return !NOT_ROWS.has(kind);
}

/** Whether this entity is the message a command was sent for: its confirmation. */
export function isOwnMessage(entity: TimelineEntity): boolean {
  return entity.commandId !== undefined && entity.kind === CHAT_KINDS.message && entity.payload["role"] === "user";
}

function ownMessageKey(entity: TimelineEntity): string | undefined {
  return entity.commandId !== undefined && isOwnMessage(entity) ? rowKeyOf(entity.commandId) : undefined;
}

/** Kinds contain no colon, so it is no entity's key. */
function rowKeyOf(commandId: string): string {
  return `own:${commandId}`;
}

function pendingRow(message: PendingMessage): TranscriptRow {
  return { type: "pending", key: rowKeyOf(message.commandId), message };
}
