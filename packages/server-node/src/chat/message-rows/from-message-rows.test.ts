import type { MessageRow, MessageRowStore } from "@sessionstream/protocol/message-rows";
import { describe, expect, it } from "vitest";
import type { StoredEntity } from "../../storage/contract.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { aCommand, anEntity, commitAfter, SESSION } from "../../testing/storage-conformance/records.ts";
import { describeStorageConformance } from "../../testing/vitest/index.ts";
import { fromMessageRows } from "./from-message-rows.ts";
import { memoryMessageRows } from "./memory-message-rows.ts";
import { failingRows } from "./testing/failing-rows.ts";

const THREAD = "acme/session-1";
const platform = manualPlatform();
const reasons = { missing: "the log ends with its process" };

describeStorageConformance("message rows, within one process", {
  open: async () => {
    const storage = fromMessageRows(memoryMessageRows(), { platform });
    return { storage, dispose: () => storage.close() };
  },
  reopen: reasons,
  process: reasons,
  faults: reasons,
});

function payload(message: string, fields: object): string {
  return JSON.stringify({ "@type": `type.googleapis.com/sessionstream.chat.v1.${message}`, ...fields });
}

function userMessage(id: string, content: string, ordinal = 1n): StoredEntity {
  const fields = { messageId: id, role: "user", content, status: "accepted", final: true };
  return anEntity(id, { kind: "ChatMessage", createdOrdinal: ordinal, payload: payload("ChatMessageEntity", fields) });
}

function answer(root: string, content: string, init: Partial<StoredEntity> = {}): StoredEntity {
  const id = `${root}:text:1`;
  const fields = { messageId: id, role: "assistant", content, status: "finished", parentMessageId: root, segment: 1 };
  return anEntity(id, {
    kind: "ChatMessage",
    createdOrdinal: 2n,
    payload: payload("ChatMessageEntity", fields),
    ...init,
  });
}

function ownRow(seq: number, init: Partial<MessageRow>): MessageRow {
  return {
    key: `row-${seq}`,
    threadId: THREAD,
    authorRole: "user",
    kind: "text",
    blocks: [],
    textPreview: "",
    at: 1_000 + seq,
    seq,
    ...init,
  };
}

const put = (...entities: StoredEntity[]) => ({ events: 1, entities: { put: entities, forget: [] } });

describe("writing", () => {
  it("H55 appends what has settled, once, in the order it was begun", async () => {
    const table = memoryMessageRows();
    const storage = fromMessageRows(table, { platform });
    const first = commitAfter(
      null,
      "r1",
      put(answer("chat-msg-1", "Hel", { open: true }), userMessage("chat-msg-1-user", "Hi")),
    );
    await storage.commit(first);
    expect(table.rows.map((row) => row.key)).toEqual(["ChatMessage/chat-msg-1-user"]);

    const second = commitAfter(
      first.head,
      "r2",
      put(answer("chat-msg-1", "Hello"), userMessage("chat-msg-1-user", "Hi")),
    );
    await storage.commit(second);
    await storage.commit(commitAfter(second.head, "r3", put(answer("chat-msg-1", "Hello"))));
    expect(table.rows).toMatchObject([
      { threadId: THREAD, authorRole: "user", kind: "text", textPreview: "Hi" },
      {
        threadId: THREAD,
        authorRole: "agent",
        kind: "text",
        textPreview: "Hello",
        blocks: [{ type: "text", text: "Hello" }],
      },
    ]);
  });

  it("stores neither removals nor what is no piece of the conversation, and cards only if asked to", async () => {
    const widget = anEntity("w1", { kind: "Weather", payload: payload("Weather", { city: "Oslo" }) });
    const others = [
      widget,
      anEntity("chat-msg-1", { kind: "ChatRun", payload: payload("RunEntity", { runId: "1" }) }),
      { ...userMessage("gone", ""), removed: true, payload: "" },
    ];
    const without = memoryMessageRows();
    await fromMessageRows(without, { platform }).commit(commitAfter(null, "r1", put(...others)));
    expect(without.rows).toEqual([]);

    const cards = memoryMessageRows();
    const options = { platform, cards: ["Weather"] };
    await fromMessageRows(cards, options).commit(commitAfter(null, "r1", put(...others)));
    expect(cards.rows).toMatchObject([{ kind: "card", textPreview: "[Weather]" }]);
    const loaded = await fromMessageRows(cards, options).load(SESSION);
    expect(loaded?.entities).toEqual([{ ...widget, createdOrdinal: 1n }]);
  });

  it("a duplicate and a conflict append nothing", async () => {
    const table = memoryMessageRows();
    const storage = fromMessageRows(table, { platform });
    const first = commitAfter(null, "r1", { events: 1, command: aCommand("c1") });
    await storage.commit(first);
    const again = { ...put(userMessage("u", "Hi")), command: aCommand("c1") };
    expect(await storage.commit(commitAfter(first.head, "r2", again))).toMatchObject({ status: "duplicate" });
    expect(await storage.commit(commitAfter(null, "r2", put(userMessage("u", "Hi"))))).toMatchObject({
      status: "conflict",
    });
    expect(table.rows).toEqual([]);
  });

  it("L5: a row that cannot be written fails the commit, which can be tried again", async () => {
    const table = memoryMessageRows();
    const { store, failNext } = failingRows(table);
    const storage = fromMessageRows(store, { platform, attempts: 1 });
    const commit = commitAfter(null, "r1", put(userMessage("u", "Hi"), userMessage("v", "there", 2n)));
    failNext(1, { after: 1 });
    await expect(storage.commit(commit)).rejects.toMatchObject({ code: "storage_unavailable", retryable: true });
    expect(await storage.load(SESSION)).toBeNull();
    expect(await storage.commit(commit)).toEqual({ status: "committed" });
    expect(table.rows.map(({ textPreview }) => textPreview)).toEqual(["Hi", "there"]);
  });

  it("G33 of a commit's rows each is written once, although the table stumbles and forgets to answer", async () => {
    const table = memoryMessageRows();
    const { store, failNext, appends } = failingRows(table);
    const time = manualPlatform();
    const storage = fromMessageRows(store, { platform: time });
    const messages = ["a", "b", "c"].map((id, index) => userMessage(id, id, BigInt(index) + 1n));
    failNext(3, { after: 1, butStore: true });
    const committed = storage.commit(commitAfter(null, "r1", put(...messages)));
    await time.advance(3_000);
    expect(await committed).toEqual({ status: "committed" });
    expect(table.rows.map(({ textPreview }) => textPreview)).toEqual(["a", "b", "c"]);
    expect(appends()).toEqual(["a", "b", "b", "b", "b", "c"].map((id) => `ChatMessage/${id}`));
  });

  it("G20 a row tells an answer that was stopped or failed from one that is complete", async () => {
    const table = memoryMessageRows();
    const ended = (id: string, fields: object) => {
      const message = { messageId: id, role: "assistant", content: id, parentMessageId: id, ...fields };
      return anEntity(id, { kind: "ChatMessage", payload: payload("ChatMessageEntity", message) });
    };
    const entities = [
      ended("a", { status: "finished" }),
      ended("b", { status: "stopped" }),
      ended("c", { status: "error" }),
      ended("d", { status: "interrupted" }),
    ];
    await fromMessageRows(table, { platform }).commit(commitAfter(null, "r1", put(...entities)));
    expect(table.rows.map(({ status }) => status)).toEqual(["complete", "aborted", "error", "aborted"]);
  });
});

describe("reading", () => {
  it("H55 another process finds the finished pieces under a new epoch, as the base of an empty log", async () => {
    const table = memoryMessageRows();
    const before = fromMessageRows(table, { platform });
    const written = [userMessage("chat-msg-1-user", "Hi"), answer("chat-msg-1", "Hello")];
    await before.commit(
      commitAfter(null, "r1", put(...written, answer("chat-msg-2", "half", { open: true, createdOrdinal: 3n }))),
    );

    const after = fromMessageRows(table, { platform });
    const loaded = await after.load(SESSION);
    expect(loaded?.head).toMatchObject({ ordinal: 2n, projected: 2n, floor: 2n, horizon: 2n, view: "" });
    expect(loaded?.head.epoch).not.toBe("epoch-1");
    const messages = loaded?.entities.filter(({ kind }) => kind === "ChatMessage");
    expect(messages?.map(({ id, createdOrdinal }) => [id, createdOrdinal])).toEqual([
      ["chat-msg-1-user", 1n],
      ["chat-msg-1:text:1", 2n],
    ]);
    expect(messages?.map((entity) => JSON.parse(entity.payload))).toEqual(
      written.map((entity) => JSON.parse(entity.payload)),
    );
    expect(await after.events(SESSION, { after: 1n, limit: 10 })).toBe("gone");
    expect(await after.events(SESSION, { after: 2n, limit: 10 })).toEqual([]);
  });

  it("keeps the epoch while the process lives and appends nothing it has read", async () => {
    const table = memoryMessageRows([ownRow(1, { blocks: [{ type: "text", text: "Hi" }] })]);
    const storage = fromMessageRows(table, { platform });
    const [first, second] = await Promise.all([storage.load(SESSION), storage.load(SESSION)]);
    expect(second?.head).toEqual(first?.head);
    if (first === null) throw new Error("no thread");
    const rebuilt = { put: first.entities, forget: [], replace: true } as const;
    await storage.commit(commitAfter(first.head, "r1", { entities: rebuilt }));
    expect(table.rows).toHaveLength(1);
  });

  it("takes rows of the application's own for messages, and an answer for the answer to what was asked", async () => {
    const text = (text: string) => [{ type: "text", text } as const];
    const table = memoryMessageRows([
      ownRow(1, { blocks: text("Hi") }),
      ownRow(2, { authorRole: "agent", blocks: [...text("Hel"), ...text("lo")] }),
      ownRow(3, { authorRole: "system", textPreview: "The agent has left" }),
    ]);
    const loaded = await fromMessageRows(table, { platform }).load(SESSION);
    expect(loaded?.entities.map((entity) => [entity.kind, entity.id, JSON.parse(entity.payload)])).toMatchObject([
      ["ChatMessage", "row-1", { role: "user", content: "Hi", status: "finished", final: true }],
      ["ChatMessage", "row-2", { role: "assistant", content: "Hello", parentMessageId: "answer-to-row-1" }],
      [
        "ChatRun",
        "answer-to-row-1",
        { messageId: "answer-to-row-1", userMessageId: "row-1", status: "CHAT_RUN_STATUS_FINISHED" },
      ],
      ["ChatMessage", "row-3", { role: "warning", content: "The agent has left" }],
    ]);
  });

  it("G32 a table that is away is a typed error that names nothing of it, and is read again", async () => {
    const table = memoryMessageRows([ownRow(1, {})]);
    let away = true;
    const loadMessages = (threadId: string) =>
      away ? Promise.reject(new Error("10.0.0.7 is away")) : table.loadMessages(threadId);
    const storage = fromMessageRows({ ...table, loadMessages }, { platform, attempts: 1 });
    await expect(storage.load(SESSION)).rejects.toMatchObject({ code: "storage_unavailable", retryable: true });
    away = false;
    expect((await storage.load(SESSION))?.head.ordinal).toBe(1n);
  });

  it("keeps so many threads in memory and reads the others anew", async () => {
    const table = memoryMessageRows([ownRow(1, {}), ownRow(2, { threadId: "acme/other" })]);
    const storage = fromMessageRows(table, { platform, maxThreads: 1 });
    const first = await storage.load(SESSION);
    await storage.load({ tenant: "acme", session: "other" });
    const again = await storage.load(SESSION);
    expect(again?.entities).toEqual(first?.entities);
    expect(again?.head.epoch).not.toBe(first?.head.epoch);
  });

  it("rows of the application's own with calls, results, reasoning and errors become what the chat shows for them", async () => {
    const table = memoryMessageRows([
      ownRow(1, { blocks: [{ type: "text", text: "Weather?" }] }),
      ownRow(2, { authorRole: "agent", kind: "event", blocks: [{ type: "reasoning", text: "hm" }] }),
      ownRow(3, {
        authorRole: "agent",
        kind: "card",
        blocks: [
          { type: "tool_use", id: "call-1", name: "weather", input: { city: "Oslo" } },
          { type: "tool_result", tool_use_id: "call-1", content: { celsius: 3 } },
        ],
      }),
      ownRow(4, { authorRole: "agent", status: "aborted", blocks: [{ type: "text", text: "Cold" }] }),
      ownRow(5, {
        authorRole: "agent",
        kind: "event",
        blocks: [{ type: "error", code: "engine_failed", message: "The model is away" }],
      }),
    ]);
    const loaded = await fromMessageRows(table, { platform }).load(SESSION);
    const root = "answer-to-row-1";
    expect(loaded?.entities.map(({ kind, id, payload }) => [kind, id, JSON.parse(payload)])).toMatchObject([
      ["ChatMessage", "row-1", { role: "user" }],
      ["ChatMessage", "row-2:0", { role: "thinking", content: "hm" }],
      [
        "ChatToolCall",
        "call-1",
        { toolName: "weather", input: '{"city":"Oslo"}', status: "completed", messageId: root },
      ],
      ["ChatToolResult", "call-1:result", { toolCallId: "call-1", result: '{"celsius":3}', status: "completed" }],
      ["ChatMessage", "row-4", { role: "assistant", content: "Cold", status: "stopped" }],
      ["ChatRun", root, { userMessageId: "row-1" }],
      ["ChatMessage", "row-5:0", { role: "error", content: "The model is away" }],
    ]);
  });

  it("G28 reads no more than the newest rows if told so", async () => {
    const table = memoryMessageRows([1, 2, 3, 4].map((seq) => ownRow(seq, { textPreview: `${seq}` })));
    const asked: unknown[] = [];
    const loadMessages: MessageRowStore["loadMessages"] = (threadId, page) => {
      asked.push(page);
      return table.loadMessages(threadId);
    };
    const loaded = await fromMessageRows({ ...table, loadMessages }, { platform, newestRows: 2 }).load(SESSION);
    expect(loaded?.entities.map(({ id }) => id)).toEqual(["row-3", "row-4"]);
    expect(asked).toEqual([{ limit: 2 }]);
  });

  it("removes a thread's rows with its log", async () => {
    const table = memoryMessageRows([ownRow(1, {}), ownRow(2, { threadId: "acme/other" })]);
    const storage = fromMessageRows(table, { platform });
    await storage.load(SESSION);
    await storage.remove(SESSION);
    expect(await storage.load(SESSION)).toBeNull();
    expect(table.rows.map((row) => row.key)).toEqual(["row-2"]);
  });
});
