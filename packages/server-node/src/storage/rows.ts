/**
 * Owns the way from a database's row to a record of the contract, whichever driver read it. A column that holds another
 * type than the schema's means a row that is damaged or foreign: it is refused here, never passed on.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Lease, SessionHead, SessionKey, StoredCommand, StoredEntity, StoredEvent } from "./contract.ts";

/** Drivers may add keys of their own: columns are read by name only. */
export type StoredRow = Readonly<Record<string, unknown>>;

export function readHead(row: StoredRow): SessionHead {
  return {
    revision: text(row, "revision"),
    epoch: text(row, "epoch"),
    ordinal: integer(row, "ordinal"),
    tag: text(row, "tag"),
    projected: integer(row, "projected"),
    view: text(row, "view"),
    horizon: integer(row, "horizon"),
    floor: integer(row, "floor"),
  };
}

export function readEvent(row: StoredRow): StoredEvent {
  const commandId = textOrNull(row, "command_id");
  return {
    ordinal: integer(row, "ordinal"),
    id: text(row, "id"),
    at: real(row, "at"),
    name: text(row, "name"),
    payload: text(row, "payload"),
    ...(commandId !== null && { commandId }),
    ...(row["skipped_by"] !== null && {
      skippedBy: list(row, "skipped_by", (stamp) => (typeof stamp === "string" ? stamp : null)),
    }),
  };
}

export function readCommand(row: StoredRow): StoredCommand {
  return {
    id: text(row, "id"),
    scope: text(row, "scope"),
    fingerprint: text(row, "fingerprint"),
    outcome: text(row, "outcome"),
  };
}

export function readEntity(row: StoredRow): StoredEntity {
  const commandId = textOrNull(row, "command_id");
  return {
    kind: text(row, "kind"),
    id: text(row, "id"),
    createdOrdinal: integer(row, "created_ordinal"),
    createdIndex: real(row, "created_index"),
    lastEventOrdinal: integer(row, "last_event_ordinal"),
    createdAt: real(row, "created_at"),
    updatedAt: real(row, "updated_at"),
    ...(commandId !== null && { commandId }),
    open: flag(row, "open"),
    removed: flag(row, "removed"),
    payload: text(row, "payload"),
  };
}

export function readSessionKey(row: StoredRow): SessionKey {
  return { tenant: text(row, "tenant"), session: text(row, "session") };
}

export function readLease(row: StoredRow): Lease {
  return { session: readSessionKey(row), name: text(row, "name"), token: integer(row, "token") };
}

/** The column `skipped_by`: a list is kept as one text. */
export function skippedByText({ skippedBy }: StoredEvent): string | null {
  return skippedBy === undefined ? null : JSON.stringify(skippedBy);
}

export function text(row: StoredRow, column: string): string {
  const found = row[column];
  return typeof found === "string" ? found : damaged(column, "text");
}

export function textOrNull(row: StoredRow, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** As a bigint, or as text where a driver leaves 64 bits to the caller. A `number` would have lost digits. */
export function integer(row: StoredRow, column: string): bigint {
  const found = row[column];
  if (typeof found === "bigint") return found;
  return typeof found === "string" && /^-?\d+$/.test(found) ? BigInt(found) : damaged(column, "64-bit integer");
}

export function real(row: StoredRow, column: string): number {
  const found = row[column];
  return typeof found === "number" ? found : damaged(column, "number");
}

/** As a boolean, or as an integer where a database has no other. */
export function flag(row: StoredRow, column: string): boolean {
  const found = row[column];
  if (typeof found === "boolean") return found;
  return found === 0n || found === 1n ? found === 1n : damaged(column, "flag");
}

/** A list that is kept as one text of JSON. `read`: `null` is for what it must not hold. */
export function list<Item>(row: StoredRow, column: string, read: (item: unknown) => Item | null): readonly Item[] {
  const items = parsed(text(row, column));
  if (!Array.isArray(items)) return damaged(column, "list");
  return items.map((item: unknown) => read(item) ?? damaged(column, "list of its kind"));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function damaged(column: string, expected: string): never {
  throw new SessionStreamError(
    "corrupt_data",
    `Column ${column} holds no ${expected}: the row is damaged, or was written by something else.`,
  );
}
