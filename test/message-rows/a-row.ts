import type { NewMessageRow } from "@sessionstream/protocol/message-rows";

export function aRow(key: string, init: Partial<NewMessageRow> = {}): NewMessageRow {
  return {
    key,
    threadId: "thread-1",
    authorRole: "user",
    kind: "text",
    blocks: [{ type: "text", text: key }],
    textPreview: key,
    at: 1,
    ...init,
  };
}
