/**
 * Owns the exam of a messages table: what `fromMessageRows` relies on. Cases are data with ids, like those of the
 * storage contract, and know no test runner.
 */
import assert from "node:assert/strict";
import type { MessageRow, MessageRowStore, NewMessageRow } from "../../chat/message-rows/message-row.ts";

export interface MessageRowCase {
  readonly id: `R-${number}`;
  readonly title: string;
  /** @param store nobody has written to */
  run(store: MessageRowStore): Promise<void>;
}

function aRow(key: string, init: Partial<NewMessageRow> = {}): NewMessageRow {
  const blocks = [{ type: "text", text: `text of ${key}` }] as const;
  return {
    key,
    threadId: "thread-1",
    authorRole: "user",
    kind: "text",
    blocks,
    textPreview: `text of ${key}`,
    at: 1_700_000_000_000,
    ...init,
  };
}

function withoutSeq(rows: readonly MessageRow[]): NewMessageRow[] {
  return rows.map(({ key, threadId, authorRole, kind, blocks, textPreview, at }) => ({
    key,
    threadId,
    authorRole,
    kind,
    blocks,
    textPreview,
    at,
  }));
}

export const messageRowCases: readonly MessageRowCase[] = [
  {
    id: "R-1",
    title: "an unknown thread has no rows",
    async run(store) {
      assert.deepEqual(await store.loadMessages("thread-1"), []);
    },
  },
  {
    id: "R-2",
    title: "rows come back as they were appended, ascending by seq",
    async run(store) {
      const rows = [
        aRow("a"),
        aRow("b", { authorRole: "agent", at: 1_600_000_000_000 }),
        aRow("c", {
          authorRole: "system",
          kind: "event",
          blocks: [
            { type: "tool_use", id: "call-1", name: "search", input: '{"q":"😀"}', details: { status: "completed" } },
            { type: "tool_result", tool_use_id: "call-1", name: "search", content: "'; --", is_error: true },
            { type: "card", card: "Weather", details: { nested: { list: [1, "two", null, true] } } },
          ],
        }),
      ];
      for (const row of rows) await store.appendMessage(row);
      const found = await store.loadMessages("thread-1");
      assert.deepEqual(withoutSeq(found), rows);
      for (const [index, row] of found.entries()) assert.ok(index === 0 || row.seq > (found[index - 1]?.seq ?? 0));
    },
  },
  {
    id: "R-3",
    title: "H55 appending a key again changes nothing",
    async run(store) {
      await store.appendMessage(aRow("a"));
      await store.appendMessage(aRow("b"));
      const before = await store.loadMessages("thread-1");
      await store.appendMessage(aRow("a"));
      await store.appendMessage(aRow("a", { textPreview: "another text" }));
      assert.deepEqual(await store.loadMessages("thread-1"), before);
    },
  },
  {
    id: "R-4",
    title: "a key appended twenty times at once is one row",
    async run(store) {
      await Promise.all(Array.from({ length: 20 }, () => store.appendMessage(aRow("a"))));
      assert.deepEqual(withoutSeq(await store.loadMessages("thread-1")), [aRow("a")]);
    },
  },
  {
    id: "R-5",
    title: "threads are apart, also where they use the same keys",
    async run(store) {
      const threads = ["thread-1", "thread-2", "acme/thread-1", "THREAD-1", "thread-1 "];
      for (const threadId of threads) await store.appendMessage(aRow("a", { threadId, textPreview: threadId }));
      for (const threadId of threads) {
        assert.deepEqual(withoutSeq(await store.loadMessages(threadId)), [
          aRow("a", { threadId, textPreview: threadId }),
        ]);
      }
    },
  },
  {
    id: "R-6",
    title: "removing a thread leaves the others, and its keys may be used again",
    async run(store) {
      await store.appendMessage(aRow("a"));
      await store.appendMessage(aRow("a", { threadId: "thread-2" }));
      await store.removeMessages("thread-1");
      await store.removeMessages("thread-3");
      assert.deepEqual(await store.loadMessages("thread-1"), []);
      assert.equal((await store.loadMessages("thread-2")).length, 1);
      await store.appendMessage(aRow("a"));
      assert.equal((await store.loadMessages("thread-1")).length, 1);
    },
  },
];
