export { fromMessageRows, type MessageRowsOptions } from "./from-message-rows.ts";
export type { ContentBlock, MessageRow, MessageRowStore, NewMessageRow } from "./message-row.ts";
