/** Owns a messages table in memory: the reference, for tests and for trying things out. */
import {
  type MessageRow,
  type MessageRowStore,
  type NewMessageRow,
  rowsOfPage,
} from "@sessionstream/protocol/message-rows";

export interface MemoryMessageRows extends Required<MessageRowStore> {
  /** Everything that was appended, in order. */
  readonly rows: readonly MessageRow[];
}

export function memoryMessageRows(initial: readonly MessageRow[] = []): MemoryMessageRows {
  const observers = new Map<(rows: readonly MessageRow[]) => void, string>();
  let rows: readonly MessageRow[] = structuredClone(initial);

  function append(row: NewMessageRow): void {
    if (rows.some(({ threadId, key }) => threadId === row.threadId && key === row.key)) return;
    const stored = { ...structuredClone(row), seq: (rows.at(-1)?.seq ?? 0) + 1 };
    rows = [...rows, stored];
    for (const [next, threadId] of observers) if (threadId === row.threadId) next([stored]);
  }

  return {
    get rows() {
      return rows;
    },
    async loadMessages(threadId, page) {
      return rowsOfPage(
        rows.filter((row) => row.threadId === threadId),
        page,
      );
    },
    async appendMessage(row) {
      append(row);
    },
    async removeMessages(threadId) {
      rows = rows.filter((row) => row.threadId !== threadId);
    },
    observeMessages(threadId, next) {
      const observer = (found: readonly MessageRow[]): void => next(found);
      observers.set(observer, threadId);
      return () => void observers.delete(observer);
    },
  };
}
