/**
 * Owns the simple door for people who have a messages table: what a row is, and the three functions they write.
 * A row is one finished piece of a conversation; nothing that still streams is ever stored.
 */
import type { JsonObject } from "@sessionstream/protocol";

/** What a row shows. `details` is what else the chat knew of it, without empty fields; rows of your own need none. */
export type ContentBlock = (
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: string }
  | {
      readonly type: "tool_result";
      readonly tool_use_id: string;
      readonly name: string;
      readonly content: string;
      readonly is_error: boolean;
    }
  | { readonly type: "card"; readonly card: string }
) & { readonly details?: JsonObject };

export interface NewMessageRow {
  /** Names the row within its thread; appending the same key again changes nothing. */
  readonly key: string;
  readonly threadId: string;
  readonly authorRole: "user" | "agent" | "system";
  /** `card`: a widget of the application; `event`: reasoning, a tool call, a tool result, an error. */
  readonly kind: "text" | "card" | "event";
  readonly blocks: readonly ContentBlock[];
  /** At most 160 characters, for thread lists and notifications. */
  readonly textPreview: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export interface MessageRow extends NewMessageRow {
  /** Ascending within the thread; the table assigns it. */
  readonly seq: number;
}

export interface MessageRowStore {
  /** All rows of the thread, ascending by `seq`; none for an unknown thread. */
  loadMessages(threadId: string): Promise<readonly MessageRow[]>;
  /** Idempotent on `(threadId, key)`: the row that is there stays as it is. */
  appendMessage(row: NewMessageRow): Promise<void>;
  removeMessages(threadId: string): Promise<void>;
}
