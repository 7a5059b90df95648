/**
 * Owns the way from a row to a record of the contract. A column of another type than the schema's means foreign
 * tables: it is refused here, never passed on.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { SessionHead, StoredCommand, StoredEntity, StoredEvent } from "../contract.ts";
import type { PostgresRow } from "./pool.ts";

/** By name, never `*`: a prepared statement would break when a newer version of this package adds a column. */
export const HEAD_COLUMNS = "revision, epoch, ordinal, tag, projected, view, horizon, floor";
export const EVENT_COLUMNS = "ordinal, id, at, name, payload, command_id, skipped_by";
export const COMMAND_COLUMNS = "id, scope, fingerprint, outcome";
export const ENTITY_COLUMNS =
  "kind, id, created_ordinal, created_index, last_event_ordinal, created_at, updated_at, command_id, open, removed, payload";

export function readHead(row: PostgresRow): SessionHead {
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

export function readEvent(row: PostgresRow): StoredEvent {
  const commandId = row["command_id"];
  const skippedBy = row["skipped_by"];
  return {
    ordinal: integer(row, "ordinal"),
    id: text(row, "id"),
    at: real(row, "at"),
    name: text(row, "name"),
    payload: text(row, "payload"),
    ...(typeof commandId === "string" && { commandId }),
    // CAST: written by this adapter, from an array of strings.
    ...(typeof skippedBy === "string" && { skippedBy: JSON.parse(skippedBy) as string[] }),
  };
}

export function readCommand(row: PostgresRow): StoredCommand {
  return {
    id: text(row, "id"),
    scope: text(row, "scope"),
    fingerprint: text(row, "fingerprint"),
    outcome: text(row, "outcome"),
  };
}

export function readEntity(row: PostgresRow): StoredEntity {
  const commandId = row["command_id"];
  return {
    kind: text(row, "kind"),
    id: text(row, "id"),
    createdOrdinal: integer(row, "created_ordinal"),
    createdIndex: real(row, "created_index"),
    lastEventOrdinal: integer(row, "last_event_ordinal"),
    createdAt: real(row, "created_at"),
    updatedAt: real(row, "updated_at"),
    ...(typeof commandId === "string" && { commandId }),
    open: row["open"] === true,
    removed: row["removed"] === true,
    payload: text(row, "payload"),
  };
}

export function text(row: PostgresRow, column: string): string {
  const found = row[column];
  return typeof found === "string" ? found : foreign(column, "text");
}

/** As text, or as a bigint where the application has set a type parser. A `number` would have lost digits. */
export function integer(row: PostgresRow, column: string): bigint {
  const found = row[column];
  return typeof found === "string" || typeof found === "bigint" ? BigInt(found) : foreign(column, "64-bit integer");
}

export function real(row: PostgresRow, column: string): number {
  const found = row[column];
  return typeof found === "number" ? found : foreign(column, "number");
}

function foreign(column: string, expected: string): never {
  throw new SessionStreamError(
    "storage_unavailable",
    `Column ${column} did not come as ${expected}: the tables or the pool's type parsers are not as this package needs them.`,
    { retryable: false },
  );
}
