// Messages as rows, where the client has or reaches a table itself. Not in the main entry: who needs none does not
// download it.
export type { MessageRow, MessageRowStore, NewMessageRow, RowPage } from "@sessionstream/protocol/message-rows";
export { type HttpMessageRowsOptions, httpMessageRows } from "./http-message-rows.ts";
export {
  type IndexedDbMessageRows,
  type IndexedDbMessageRowsOptions,
  indexedDbMessageRows,
} from "./indexed-db-message-rows.ts";
export { type MessageRowHistoryOptions, messageRowHistory } from "./message-row-history.ts";
export { type StorageMessageRowsOptions, storageMessageRows } from "./storage-message-rows.ts";
