/**
 * Owns what a chat without a server must hold once its messages are kept: they are there the next day, in every tab, once,
 * whatever the table does in between. The store is the server's reference in memory.
 */
import { createChatClient, createLocalBackend } from "@sessionstream/client";
import { messageRowHistory } from "@sessionstream/client/message-rows";
import { createManualPlatform } from "@sessionstream/client/testing";
import { sessionId } from "@sessionstream/protocol";
import type { MessageRowStore } from "@sessionstream/protocol/message-rows";
import { memoryMessageRows } from "@sessionstream/server-node/message-rows";
import { expect, it, onTestFinished } from "vitest";
import { aRow } from "./a-row.ts";

let pages = 0;

function openPage(store: MessageRowStore) {
  pages += 1;
  const name = `page${pages}`;
  const clock = createManualPlatform();
  const platform = { ...clock, randomId: () => `${name}-${clock.randomId()}` };
  const errors: string[] = [];
  const history = messageRowHistory({ store, platform, onError: ({ code }) => void errors.push(code) });
  const backend = createLocalBackend({
    platform,
    history,
    async *respond({ prompt, messages }) {
      yield `${messages.length} before: `;
      yield prompt;
    },
  });
  const client = createChatClient({ backend, platform });
  onTestFinished(() => client.close());
  const { thread } = client.acquire(sessionId("thread-1"));
  const rows = () =>
    thread.timeline.getOrder().flatMap((key) => {
      const entity = thread.timeline.getEntity(key);
      return entity?.kind === "ChatMessage" ? [entity] : [];
    });
  /** Lets time pass until what was begun has come to rest. */
  const rest = async (ms = 1_000) => {
    for (let step = 0; step < 20; step += 1) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      clock.advance(ms / 20);
      clock.runFrames();
    }
  };
  const say = async (text: string) => {
    await thread.send({ text });
    await rest();
  };
  const session = backend.session(sessionId("thread-1"));
  return { thread, session, say, rest, errors, rows, texts: () => rows().map(({ payload }) => payload["content"]) };
}

it("H55 G35 a chat without a server goes on the next day, under the same ids", async () => {
  const table = memoryMessageRows();
  const today = openPage(table);
  await today.rest();
  await today.say("hello");
  expect(today.texts()).toEqual(["hello", "0 before: hello"]);

  const tomorrow = openPage(table);
  await tomorrow.rest();
  expect(tomorrow.rows().map(({ key, payload }) => [key, payload])).toEqual(
    today.rows().map(({ key, payload }) => [key, payload]),
  );
  await tomorrow.say("again");
  expect(tomorrow.texts().slice(2)).toEqual(["again", "2 before: again"]);
  expect(table.rows.map(({ textPreview }) => textPreview)).toEqual(tomorrow.texts());
});

it("G37 a row of another tab appears, once, and is not stored again", async () => {
  const table = memoryMessageRows();
  const [one, other] = [openPage(table), openPage(table)];
  await Promise.all([one.rest(), other.rest()]);
  await one.say("hello");
  await other.rest();
  expect(other.texts()).toEqual(["hello", "0 before: hello"]);
  await table.appendMessage(aRow("phone-1"));
  await Promise.all([one.rest(), other.rest()]);
  expect(one.texts()).toEqual([...other.texts()]);
  expect(table.rows).toHaveLength(3);
});

it("G37 a row that is added while the conversation is read is not missed", async () => {
  const table = memoryMessageRows([{ ...aRow("from before"), seq: 1 }]);
  const loadMessages: MessageRowStore["loadMessages"] = async (threadId) => {
    const found = await table.loadMessages(threadId);
    await table.appendMessage(aRow("meanwhile"));
    return found;
  };
  const page = openPage({ ...table, loadMessages });
  await page.rest();
  expect(page.texts()).toEqual(["from before", "meanwhile"]);
});

it("H55 a row of the application's own is not stored a second time when its message changes", async () => {
  const table = memoryMessageRows([{ ...aRow("from before"), seq: 1 }]);
  const page = openPage(table);
  await page.rest();
  const [message] = page.rows();
  if (message === undefined) expect.fail("nothing was read");
  page.session.commit([{ type: "patch", kind: message.kind, id: message.id, set: { status: "read" } }]);
  await page.rest();
  expect(page.rows()[0]?.payload["status"]).toBe("read");
  expect(table.rows).toHaveLength(1);
});

it("G33 G34 what cannot be stored is shown all the same, and stored in order when the table is back", async () => {
  const table = memoryMessageRows();
  let away = true;
  const appendMessage: MessageRowStore["appendMessage"] = (row) =>
    away ? Promise.reject(new Error("10.0.0.7 is away")) : table.appendMessage(row);
  const page = openPage({ ...table, appendMessage });
  await page.rest();
  await page.say("hello");
  await page.say("still there?");
  const shown = page.texts();
  expect(shown).toHaveLength(4);
  expect(table.rows).toEqual([]);
  expect(new Set(page.errors)).toEqual(new Set(["storage_unavailable"]));
  away = false;
  await page.rest(120_000);
  expect(page.texts()).toEqual(shown);
  expect(table.rows.map(({ textPreview }) => textPreview)).toEqual(shown);
});

it("G32 a conversation that cannot be read offers another try, and takes no message meanwhile", async () => {
  const table = memoryMessageRows([{ ...aRow("from before"), seq: 1 }]);
  let away = true;
  const loadMessages: MessageRowStore["loadMessages"] = (threadId) =>
    away ? Promise.reject(new Error("10.0.0.7 is away")) : table.loadMessages(threadId);
  const page = openPage({ ...table, loadMessages });
  await page.rest(5_000);
  expect(page.thread.getStatus().hydration).toMatchObject({ type: "failed", error: { code: "storage_unavailable" } });
  away = false;
  page.thread.reconnect();
  await page.rest();
  expect(page.texts()).toEqual(["from before"]);
});
