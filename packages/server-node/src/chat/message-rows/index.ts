export type {
  ContentBlock,
  MessageRow,
  MessageRowStore,
  NewMessageRow,
  RowPage,
  RowStatus,
  TokenUsage,
} from "@sessionstream/protocol/message-rows";
export { fromMessageRows, type MessageRowsAdapter, type MessageRowsOptions } from "./from-message-rows.ts";
export { type MemoryMessageRows, memoryMessageRows } from "./memory-message-rows.ts";
export type { RowFollower } from "./observe-thread.ts";
export { type PostgresMessageRowsOptions, postgresMessageRows } from "./postgres-message-rows.ts";
export { type SqliteMessageRowsOptions, sqliteMessageRows } from "./sqlite-message-rows.ts";
