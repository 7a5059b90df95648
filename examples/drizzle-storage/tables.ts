import { bigint, boolean, doublePrecision, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

const ordinal = (name: string) => bigint(name, { mode: "bigint" }).notNull();
const session = { tenant: text("tenant").notNull(), session: text("session").notNull() };

export const heads = pgTable(
  "chat_head",
  {
    ...session,
    revision: text("revision").notNull(),
    epoch: text("epoch").notNull(),
    ordinal: ordinal("ordinal"),
    tag: text("tag").notNull(),
    projected: ordinal("projected"),
    view: text("view").notNull(),
    horizon: ordinal("horizon"),
    floor: ordinal("floor"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.session] })],
);

export const events = pgTable(
  "chat_event",
  {
    ...session,
    ordinal: ordinal("ordinal"),
    id: text("id").notNull(),
    at: doublePrecision("at").notNull(),
    name: text("name").notNull(),
    payload: text("payload").notNull(),
    commandId: text("command_id"),
    skippedBy: text("skipped_by").array(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.session, table.ordinal] })],
);

export const commands = pgTable(
  "chat_command",
  {
    ...session,
    id: text("id").notNull(),
    scope: text("scope").notNull(),
    fingerprint: text("fingerprint").notNull(),
    outcome: text("outcome").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.session, table.id] })],
);

export const entities = pgTable(
  "chat_entity",
  {
    ...session,
    kind: text("kind").notNull(),
    id: text("id").notNull(),
    createdOrdinal: ordinal("created_ordinal"),
    createdIndex: integer("created_index").notNull(),
    lastEventOrdinal: ordinal("last_event_ordinal"),
    createdAt: doublePrecision("created_at").notNull(),
    updatedAt: doublePrecision("updated_at").notNull(),
    commandId: text("command_id"),
    open: boolean("open").notNull(),
    removed: boolean("removed").notNull(),
    payload: text("payload").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.session, table.kind, table.id] })],
);
