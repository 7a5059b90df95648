/**
 * Owns the simple door for people who have a messages table: what a row is, and the functions they write. A row is one
 * finished piece of a conversation; nothing that still streams is ever stored.
 */
import type { JsonObject, JsonValue } from "../json.ts";

/** What a row shows. `details` is what else its writer knew of it; rows of your own need none. */
export type ContentBlock = (
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  /** `input`: the arguments, or their JSON text as the model wrote it. */
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: JsonValue }
  | {
      readonly type: "tool_result";
      readonly tool_use_id: string;
      readonly name?: string;
      readonly content: JsonValue;
      readonly is_error?: boolean;
    }
  | { readonly type: "card"; readonly card: string }
  | { readonly type: "error"; readonly code: string; readonly message: string }
) & { readonly details?: JsonObject };

/** `error`, `aborted`: what is there may be a part of what was meant. */
export type RowStatus = "complete" | "error" | "aborted";

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface NewMessageRow {
  /** Names the row within its thread; appending the same key again changes nothing. */
  readonly key: string;
  readonly threadId: string;
  readonly authorRole: "user" | "agent" | "system";
  /** `card`: a widget of the application; `event`: reasoning, a tool call, a tool result, an error. */
  readonly kind: "text" | "card" | "event";
  readonly blocks: readonly ContentBlock[];
  /** One line of plain text, at most 160 code points, for thread lists and notifications. */
  readonly textPreview: string;
  /** Milliseconds since the Unix epoch: when the piece was begun. */
  readonly at: number;
  /** Absent in a row of your own: complete. */
  readonly status?: RowStatus;
  /** What the whole answer cost, on each of its rows. */
  readonly usage?: TokenUsage;
}

export interface MessageRow extends NewMessageRow {
  /** Ascending within the thread, at least 1; the table assigns it. */
  readonly seq: number;
}

/** The newest `limit` rows with a `seq` below `before`; without it the newest of all. */
export interface RowPage {
  readonly before?: number;
  readonly limit: number;
}

export interface MessageRowStore {
  /**
   * Rows of the thread, ascending by `seq`; none for an unknown thread. Without a page all of them. A store that cannot
   * page answers with all of them anyway: who asked takes what it asked for.
   */
  loadMessages(threadId: string, page?: RowPage): Promise<readonly MessageRow[]>;
  /** Idempotent on `(threadId, key)`: the row that is there stays as it is. */
  appendMessage(row: NewMessageRow): Promise<void>;
  removeMessages(threadId: string): Promise<void>;
  /**
   * Tells of rows that appear in the thread from now on, whoever wrote them, some of them or all that there are: known
   * ones are recognised by their key. Returns how to stop.
   */
  observeMessages?(
    threadId: string,
    next: (rows: readonly MessageRow[]) => void,
    failed: (error: unknown) => void,
  ): () => void;
}

/** What was asked for, of an answer that may be more. */
export function rowsOfPage(rows: readonly MessageRow[], page: RowPage | undefined): readonly MessageRow[] {
  if (page === undefined) return rows;
  const { before = Number.POSITIVE_INFINITY, limit } = page;
  const older = rows.filter(({ seq }) => seq < before);
  return older.slice(Math.max(0, older.length - limit));
}
