/**
 * Owns the exam of a messages table: what `fromMessageRows` relies on. Cases are data with ids, like those of the
 * storage contract, and know no test runner.
 */
import assert from "node:assert/strict";
import {
  type MessageRow,
  type MessageRowStore,
  type NewMessageRow,
  type RowPage,
  rowsOfPage,
} from "@sessionstream/protocol/message-rows";

export interface MessageRowCase {
  readonly id: `R-${number}`;
  readonly title: string;
  /** Only of a store that tells of rows. */
  readonly observes?: true;
  /** @param store nobody has written to */
  run(store: MessageRowStore): Promise<void>;
}

/** Why a case says nothing about this store; `null`: it does. */
export function rowSkipReason(item: MessageRowCase, store: MessageRowStore): string | null {
  return item.observes && store.observeMessages === undefined ? "there is no observeMessages" : null;
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
  return rows.map(({ seq: _, ...row }) => row);
}

function assertAscending(rows: readonly MessageRow[]): void {
  for (const [index, { seq }] of rows.entries()) assert.ok(seq > (rows[index - 1]?.seq ?? 0), `seq ${seq} at ${index}`);
}

async function appendMany(store: MessageRowStore, count: number, init: Partial<NewMessageRow> = {}): Promise<void> {
  for (let index = 0; index < count; index += 1) await store.appendMessage(aRow(`key-${index}`, init));
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
      assertAscending(found);
    },
  },
  {
    id: "R-3",
    title: "G26 H55 appending a key again changes nothing",
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
  {
    id: "R-7",
    title: "text of any script comes back as it was, also where it would end a statement or a string",
    async run(store) {
      const texts = [
        "Łódź 東京 👩‍🚀 e\u0301",
        "\u0000\u0001\u2028\ufeff",
        "'; DROP TABLE messages; --",
        '"\\\n\t{}',
        "",
      ];
      const rows = texts.map((text, index) =>
        aRow(`k${index}`, { blocks: [{ type: "text", text, details: { [text]: text } }] }),
      );
      const named = aRow("ключ/😀 '\"%_", { threadId: "thread/ключ 😀%_", textPreview: "Łódź 👩‍🚀 '" });
      for (const row of [...rows, named]) await store.appendMessage(row);
      assert.deepEqual(withoutSeq(await store.loadMessages("thread-1")), rows);
      assert.deepEqual(withoutSeq(await store.loadMessages(named.threadId)), [named]);
    },
  },
  {
    id: "R-8",
    title: "a row of a megabyte comes back whole",
    async run(store) {
      const row = aRow("large", { blocks: [{ type: "text", text: "0123456789abcdé😀".repeat(60_000) }] });
      await store.appendMessage(row);
      assert.deepEqual(withoutSeq(await store.loadMessages("thread-1")), [row]);
    },
  },
  {
    id: "R-9",
    title: "G20 status, usage and times to the millisecond are kept; what is absent stays absent",
    async run(store) {
      const rows = [
        aRow("a", { status: "aborted", usage: { inputTokens: 2_147_483_647, outputTokens: 0 } }),
        aRow("b", { status: "error", at: 0 }),
        aRow("c", { status: "complete", at: 8_640_000_000_000_000 }),
        aRow("d"),
      ];
      for (const row of rows) await store.appendMessage(row);
      assert.deepEqual(withoutSeq(await store.loadMessages("thread-1")), rows);
    },
  },
  {
    id: "R-10",
    title: "rows appended at once are all there, once, each with a place of its own",
    async run(store) {
      const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
      await Promise.all([...keys, ...keys].map((key) => store.appendMessage(aRow(key))));
      const found = await store.loadMessages("thread-1");
      assertAscending(found);
      assert.deepEqual(found.map(({ key }) => key).sort(), keys.sort());
    },
  },
  {
    id: "R-11",
    title: "G28 a page holds the newest rows before a place, ascending, and pages join without gap or overlap",
    async run(store) {
      await appendMany(store, 25);
      await appendMany(store, 3, { threadId: "thread-2" });
      const all = await store.loadMessages("thread-1");
      const pageOf = async (page: RowPage) => rowsOfPage(await store.loadMessages("thread-1", page), page);
      assert.deepEqual(await pageOf({ limit: 10 }), all.slice(15));
      assert.deepEqual(await pageOf({ limit: 100 }), all);
      const read: MessageRow[] = [];
      for (let before = Number.MAX_SAFE_INTEGER; ; ) {
        const page = await pageOf({ before, limit: 10 });
        if (page[0] === undefined) break;
        read.unshift(...page);
        before = page[0].seq;
      }
      assert.deepEqual(read, all);
    },
  },
  {
    id: "R-12",
    title: "what was handed out or handed in is not what is stored: changing it changes nothing",
    async run(store) {
      const details = { city: "Oslo" };
      await store.appendMessage(aRow("a", { blocks: [{ type: "card", card: "Weather", details }] }));
      details.city = "Bergen";
      const expected = aRow("a", { blocks: [{ type: "card", card: "Weather", details: { city: "Oslo" } }] });
      assert.deepEqual(withoutSeq(await store.loadMessages("thread-1")), [expected]);
    },
  },
  {
    id: "R-13",
    title: "a row appended after others were removed comes after what is left",
    async run(store) {
      await appendMany(store, 2);
      await store.appendMessage(aRow("a", { threadId: "thread-2" }));
      await store.removeMessages("thread-1");
      await store.appendMessage(aRow("b", { threadId: "thread-2" }));
      const found = await store.loadMessages("thread-2");
      assertAscending(found);
      assert.deepEqual(
        found.map(({ key }) => key),
        ["a", "b"],
      );
    },
  },
  {
    id: "R-14",
    title: "G37 who observes a thread hears of its rows, and of no other's",
    observes: true,
    async run(store) {
      const heard = observe(store, "thread-1");
      await store.appendMessage(aRow("x", { threadId: "thread-2" }));
      await store.appendMessage(aRow("a"));
      await store.appendMessage(aRow("b"));
      await heard.until(2);
      assert.deepEqual([...heard.keys].sort(), ["a", "b"]);
      heard.stop();
    },
  },
  {
    id: "R-15",
    title: "what is heard is the row as it is stored",
    observes: true,
    async run(store) {
      const heard = observe(store, "thread-1");
      await store.appendMessage(aRow("a", { status: "aborted" }));
      await heard.until(1);
      assert.deepEqual(heard.rows.slice(-1), await store.loadMessages("thread-1"));
      heard.stop();
    },
  },
  {
    id: "R-16",
    title: "who has stopped hears nothing more, others go on",
    observes: true,
    async run(store) {
      const gone = observe(store, "thread-1");
      const stays = observe(store, "thread-1");
      gone.stop();
      gone.stop();
      await store.appendMessage(aRow("a"));
      await stays.until(1);
      assert.deepEqual([...gone.keys], []);
      stays.stop();
    },
  },
];

interface Heard {
  readonly rows: MessageRow[];
  readonly keys: Set<string>;
  stop(): void;
  /** Resolves when so many different keys were heard. */
  until(count: number): Promise<void>;
}

function observe(store: MessageRowStore, threadId: string): Heard {
  const rows: MessageRow[] = [];
  const keys = new Set<string>();
  const waiting = new Map<() => void, number>();
  let failure: unknown;
  const stop = store.observeMessages?.(
    threadId,
    (found) => {
      rows.push(...found);
      for (const { key } of found) keys.add(key);
      for (const [resolve, count] of waiting) if (keys.size >= count) resolve();
    },
    (error) => {
      failure = error;
    },
  );
  return {
    rows,
    keys,
    stop: () => stop?.(),
    async until(count) {
      if (keys.size < count) await new Promise<void>((resolve) => waiting.set(resolve, count));
      assert.equal(failure, undefined);
    },
  };
}
