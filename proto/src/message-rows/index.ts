// Messages as rows of a table: the contract of the simple door, and pure functions over rows for both sides. Not in the
// main entry: who has no such table does not download it.
export { type AnswerRun, Answers } from "./answers.ts";
export { type ChatPiece, isRowKind } from "./chat-piece.ts";
export {
  type ContentGroup,
  type ContentMessage,
  type GroupOptions,
  groupsOfMessage,
  messagesOfGroups,
} from "./content-group.ts";
export {
  type ContentBlock,
  type MessageRow,
  type MessageRowStore,
  type NewMessageRow,
  type RowPage,
  type RowStatus,
  rowsOfPage,
  type TokenUsage,
} from "./message-row.ts";
export { piecesOfRow } from "./pieces-of-row.ts";
export { type PlacedPiece, piecesOfThread } from "./pieces-of-thread.ts";
export {
  extractRender,
  type RenderExtraction,
  renderSessionId,
  type UiMoment,
  type UiMomentOptions,
  uiMomentsOf,
} from "./render-payload.ts";
export { messageStoreError, type RowRetry, retryRow } from "./retry-row.ts";
export { type RowContext, rowOfPiece } from "./row-of-piece.ts";
export { textPreviewOf } from "./text-preview.ts";
