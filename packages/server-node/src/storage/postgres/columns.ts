/**
 * Owns the columns of the tables: their names, their types, and what a record puts into them. They are named wherever
 * they are read, never `*`: a prepared statement would break when a newer version of this package adds one.
 */
import type { SessionHead, StoredCommand, StoredEntity, StoredEvent } from "../contract.ts";
import { skippedByText } from "../rows.ts";
import type { PostgresValue } from "./pool.ts";

type ScalarValue = Exclude<PostgresValue, readonly unknown[]>;
export type Columns<Row> = Readonly<Record<string, readonly [type: string, value: (row: Row) => ScalarValue]>>;

export const HEAD: Columns<SessionHead> = {
  revision: ["text", (head) => head.revision],
  epoch: ["text", (head) => head.epoch],
  ordinal: ["bigint", (head) => head.ordinal],
  tag: ["text", (head) => head.tag],
  projected: ["bigint", (head) => head.projected],
  view: ["text", (head) => head.view],
  horizon: ["bigint", (head) => head.horizon],
  floor: ["bigint", (head) => head.floor],
};

export const EVENT: Columns<StoredEvent> = {
  ordinal: ["bigint", (event) => event.ordinal],
  id: ["text", (event) => event.id],
  at: ["double precision", (event) => event.at],
  name: ["text", (event) => event.name],
  payload: ["text", (event) => event.payload],
  command_id: ["text", (event) => event.commandId ?? null],
  skipped_by: ["text", skippedByText],
};

export const COMMAND: Columns<StoredCommand> = {
  id: ["text", (command) => command.id],
  scope: ["text", (command) => command.scope],
  fingerprint: ["text", (command) => command.fingerprint],
  outcome: ["text", (command) => command.outcome],
};

export const ENTITY: Columns<StoredEntity> = {
  kind: ["text", (entity) => entity.kind],
  id: ["text", (entity) => entity.id],
  created_ordinal: ["bigint", (entity) => entity.createdOrdinal],
  created_index: ["double precision", (entity) => entity.createdIndex],
  last_event_ordinal: ["bigint", (entity) => entity.lastEventOrdinal],
  created_at: ["double precision", (entity) => entity.createdAt],
  updated_at: ["double precision", (entity) => entity.updatedAt],
  command_id: ["text", (entity) => entity.commandId ?? null],
  open: ["boolean", (entity) => entity.open],
  removed: ["boolean", (entity) => entity.removed],
  payload: ["text", (entity) => entity.payload],
};

export function namesOf<Row>(columns: Columns<Row>): string {
  return Object.keys(columns).join(", ");
}
