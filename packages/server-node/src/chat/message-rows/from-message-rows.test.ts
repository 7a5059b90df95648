import { describe, expect, it } from "vitest";
import type { StoredEntity } from "../../storage/contract.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { aCommand, anEntity, commitAfter, SESSION } from "../../testing/storage-conformance/records.ts";
import { describeMessageRowConformance, describeStorageConformance } from "../../testing/vitest/index.ts";
import { fromMessageRows } from "./from-message-rows.ts";
import type { MessageRow } from "./message-row.ts";
import { memoryMessageRows } from "./testing/memory-message-rows.ts";

const THREAD = "acme/session-1";
const platform = manualPlatform();
const reasons = { missing: "the log ends with its process" };

describeMessageRowConformance("in memory", () => memoryMessageRows());

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
    const storage = fromMessageRows(table, { platform });
    const commit = commitAfter(null, "r1", put(userMessage("u", "Hi")));
    table.failNext();
    await expect(storage.commit(commit)).rejects.toThrow("the table is away");
    expect(await storage.load(SESSION)).toBeNull();
    expect(await storage.commit(commit)).toEqual({ status: "committed" });
    expect(table.rows).toHaveLength(1);
  });

  it("cuts a preview between characters", async () => {
    const table = memoryMessageRows();
    await fromMessageRows(table, { platform }).commit(
      commitAfter(null, "r1", put(userMessage("u", `x${"😀".repeat(200)}`))),
    );
    expect(table.rows[0]?.textPreview).toBe(`x${"😀".repeat(79)}`);
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

  it("reads again after the table was away", async () => {
    const table = memoryMessageRows([ownRow(1, {})]);
    let away = true;
    const loadMessages = (threadId: string) =>
      away ? Promise.reject(new Error("away")) : table.loadMessages(threadId);
    const storage = fromMessageRows({ ...table, loadMessages }, { platform });
    await expect(storage.load(SESSION)).rejects.toThrow("away");
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

  it("removes a thread's rows with its log", async () => {
    const table = memoryMessageRows([ownRow(1, {}), ownRow(2, { threadId: "acme/other" })]);
    const storage = fromMessageRows(table, { platform });
    await storage.load(SESSION);
    await storage.remove(SESSION);
    expect(await storage.load(SESSION)).toBeNull();
    expect(table.rows.map((row) => row.key)).toEqual(["row-2"]);
  });
});
