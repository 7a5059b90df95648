import type { MessageRow, MessageRowStore } from "../message-row.ts";

export interface MemoryMessageRows extends MessageRowStore {
  /** Everything that was appended, in order. */
  readonly rows: readonly MessageRow[];
  /** Makes the next append fail. */
  failNext(): void;
}

/** A messages table in memory. */
export function memoryMessageRows(initial: readonly MessageRow[] = []): MemoryMessageRows {
  let rows: readonly MessageRow[] = initial;
  let failing = false;
  return {
    get rows() {
      return rows;
    },
    failNext() {
      failing = true;
    },
    async loadMessages(threadId) {
      return rows.filter((row) => row.threadId === threadId);
    },
    async appendMessage(row) {
      if (failing) {
        failing = false;
        throw new Error("the table is away");
      }
      if (rows.some(({ threadId, key }) => threadId === row.threadId && key === row.key)) return;
      rows = [...rows, { ...row, seq: (rows.at(-1)?.seq ?? 0) + 1 }];
    },
    async removeMessages(threadId) {
      rows = rows.filter((row) => row.threadId !== threadId);
    },
  };
}
