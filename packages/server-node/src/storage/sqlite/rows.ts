/**
 * Owns the way from a row to a record of the contract. A column of another type than the schema's means a damaged or
 * foreign file: it is refused here, never passed on.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Lease, SessionHead, StoredCommand, StoredEntity, StoredEvent } from "../contract.ts";
import type { SqliteRow } from "./driver.ts";

export interface SessionRow {
  /** Stands for tenant and session in the other tables. */
  readonly key: bigint;
  readonly revision: string;
}

export function readSession(row: SqliteRow): SessionRow {
  return { key: integer(row, "key"), revision: text(row, "revision") };
}

export function readHead(row: SqliteRow): SessionHead {
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

export function readEvent(row: SqliteRow): StoredEvent {
  const commandId = row["command_id"];
  const skippedBy = row["skipped_by"];
  return {
    ordinal: integer(row, "ordinal"),
    id: text(row, "id"),
    at: real(row, "at"),
    name: text(row, "name"),
    payload: text(row, "payload"),
    ...(typeof commandId === "string" && { commandId }),
    ...(typeof skippedBy === "string" && { skippedBy: texts("skipped_by", skippedBy) }),
  };
}

export function readCommand(row: SqliteRow): StoredCommand {
  return {
    id: text(row, "id"),
    scope: text(row, "scope"),
    fingerprint: text(row, "fingerprint"),
    outcome: text(row, "outcome"),
  };
}

export function readEntity(row: SqliteRow): StoredEntity {
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
    open: integer(row, "open") === 1n,
    removed: integer(row, "removed") === 1n,
    payload: text(row, "payload"),
  };
}

export function readLease(row: SqliteRow): Lease {
  const session = { tenant: text(row, "tenant"), session: text(row, "session") };
  return { session, name: text(row, "name"), token: integer(row, "token") };
}

export function text(row: SqliteRow, column: string): string {
  const found = row[column];
  return typeof found === "string" ? found : damaged(column, "text");
}

function texts(column: string, json: string): readonly string[] {
  try {
    // CAST: written by this adapter, from an array of strings.
    return JSON.parse(json) as string[];
  } catch {
    return damaged(column, "JSON array");
  }
}

export function integer(row: SqliteRow, column: string): bigint {
  const found = row[column];
  return typeof found === "bigint" ? found : damaged(column, "integer");
}

export function real(row: SqliteRow, column: string): number {
  const found = row[column];
  return typeof found === "number" ? found : damaged(column, "number");
}

function damaged(column: string, expected: string): never {
  throw new SessionStreamError(
    "corrupt_data",
    `Column ${column} holds no ${expected}: the file is damaged or was written by something else.`,
  );
}
