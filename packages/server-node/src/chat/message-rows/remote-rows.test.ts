import type { MessageRowStore, NewMessageRow } from "@sessionstream/protocol/message-rows";
import { expect, it, onTestFinished, vi } from "vitest";
import { createHub } from "../../hub/create-hub.ts";
import type { Hub } from "../../hub/hub.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { chat } from "../chat.ts";
import type { EngineMessage } from "../engine/engine.ts";
import { fromMessageRows, type MessageRowsOptions } from "./from-message-rows.ts";
import { memoryMessageRows } from "./memory-message-rows.ts";

const ada = { id: "ada", tenant: "acme" };
const session = "session-1";

function aServer(table: MessageRowStore, options: MessageRowsOptions = {}) {
  const heard: (readonly EngineMessage[])[] = [];
  const told: string[] = [];
  let goOn = (): void => undefined;
  const going = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const storage = fromMessageRows(table, options);
  const hub = createHub({
    storage,
    modules: [
      chat({
        async *engine({ history, prompt }) {
          heard.push(history);
          yield { type: "text-delta", id: "t", text: "half " };
          if (prompt === "wait") await going;
          yield { type: "text-delta", id: "t", text: "whole" };
          yield { type: "text-end", id: "t" };
        },
      }),
    ],
    authorize: () => true,
    checkpoint: "always",
  });
  const unfollow = storage.follow({ hub, onError: ({ code }) => void told.push(code) });
  onTestFinished(() => hub.close());
  return { hub, heard, told, goOn, unfollow };
}

const send = (hub: Hub, id: string, prompt: string) =>
  hub.submit({ principal: ada, session, command: "ChatStartInference", id, payload: { prompt } });

async function shown(hub: Hub) {
  const snapshot = await hub.snapshot({ principal: ada, session });
  return (snapshot?.entities ?? []).flatMap(({ id, payload }) =>
    typeof payload !== "string" && payload.$typeName.endsWith(".ChatMessageEntity") && "content" in payload
      ? [[id, payload.content]]
      : [],
  );
}

function remoteRow(key: string, text: string, init: Partial<NewMessageRow> = {}): NewMessageRow {
  return {
    key,
    threadId: "acme/session-1",
    authorRole: "user",
    kind: "text",
    blocks: [{ type: "text", text }],
    textPreview: text,
    at: 1,
    ...init,
  };
}

const shownBy = (hub: Hub, count: number) => vi.waitFor(async () => expect(await shown(hub)).toHaveLength(count));

it("G37 what another device wrote appears in open threads, once, and the model hears it", async () => {
  const table = memoryMessageRows();
  const { hub, heard } = aServer(table);
  await send(hub, "c1", "hello");
  await shownBy(hub, 2);
  await table.appendMessage(remoteRow("phone-1", "from the phone"));
  await table.appendMessage(remoteRow("phone-2", "an answer", { authorRole: "agent" }));
  await table.appendMessage(remoteRow("other", "elsewhere", { threadId: "acme/session-2" }));
  await shownBy(hub, 4);
  expect((await shown(hub)).slice(2)).toEqual([
    ["phone-1", "from the phone"],
    ["phone-2", "an answer"],
  ]);
  await send(hub, "c2", "and?");
  await shownBy(hub, 6);
  expect(heard[1]?.slice(-2)).toMatchObject([
    { role: "user", text: "from the phone" },
    { role: "assistant", parts: [{ type: "text", text: "an answer" }] },
  ]);
  // Neither what was ours nor what was theirs is in the table a second time.
  expect(table.rows.map(({ key }) => key)).toHaveLength(7);
  expect(new Set(table.rows.map(({ key }) => key)).size).toBe(7);
});

it("G36 a row that arrives while an answer streams stands after what was begun before it", async () => {
  const table = memoryMessageRows();
  const { hub, goOn } = aServer(table);
  await send(hub, "c1", "wait");
  await shownBy(hub, 2);
  await table.appendMessage(remoteRow("phone-1", "meanwhile"));
  await shownBy(hub, 3);
  goOn();
  await vi.waitFor(async () => expect((await shown(hub))[1]?.[1]).toBe("half whole"));
  expect((await shown(hub)).map(([, text]) => text)).toEqual(["wait", "half whole", "meanwhile"]);
});

it("G35 ids are the same live and after a reload", async () => {
  const table = memoryMessageRows();
  const before = aServer(table);
  await send(before.hub, "c1", "hello");
  await shownBy(before.hub, 2);
  await table.appendMessage(remoteRow("phone-1", "from the phone", { at: Date.now() + 60_000 }));
  await table.appendMessage(remoteRow("phone-2", "an answer", { authorRole: "agent", at: Date.now() + 60_001 }));
  await shownBy(before.hub, 4);
  const live = await shown(before.hub);
  await before.hub.close();
  expect(await shown(aServer(table).hub)).toEqual(live);
});

it("G38 a system row is shown, and the model does not hear it", async () => {
  const table = memoryMessageRows();
  const { hub, heard } = aServer(table);
  await send(hub, "c1", "hello");
  await shownBy(hub, 2);
  await table.appendMessage(remoteRow("note-1", "Ada has joined", { authorRole: "system" }));
  await shownBy(hub, 3);
  await send(hub, "c2", "and?");
  await vi.waitFor(() => expect(heard).toHaveLength(2));
  expect(heard[1]).toHaveLength(2);
  await hub.close();

  const after = aServer(table);
  expect(await shown(after.hub)).toContainEqual(["note-1", "Ada has joined"]);
  await send(after.hub, "c3", "and now?");
  await vi.waitFor(() => expect(after.heard).toHaveLength(1));
  expect(after.heard[0]?.filter(({ role }) => role === "user")).toHaveLength(2);
});

it("G32 an observation that breaks is told, takes nothing back, and finds what it missed", async () => {
  const table = memoryMessageRows();
  let fail = (_error: unknown): void => undefined;
  const observeMessages: MessageRowStore["observeMessages"] = (threadId, next, failed) => {
    const stop = table.observeMessages(threadId, next, failed);
    fail = (error) => {
      stop();
      failed(error);
    };
    return stop;
  };
  const platform = manualPlatform();
  const { hub, told } = aServer({ ...table, observeMessages }, { platform });
  await table.appendMessage(remoteRow("phone-1", "before"));
  await shownBy(hub, 1);
  fail(new Error("10.0.0.7 hung up"));
  await table.appendMessage(remoteRow("phone-2", "meanwhile"));
  expect(await shown(hub)).toHaveLength(1);
  await platform.advance(2_000);
  await shownBy(hub, 2);
  await table.appendMessage(remoteRow("phone-3", "after"));
  await shownBy(hub, 3);
  expect(told).toEqual(["storage_unavailable"]);
});

it("G37 nothing is heard any more by who does not follow, or of a thread that left memory", async () => {
  const table = memoryMessageRows();
  let observed = 0;
  const observeMessages: MessageRowStore["observeMessages"] = (...args) => {
    observed += 1;
    const stop = table.observeMessages(...args);
    return () => {
      observed -= 1;
      stop();
    };
  };
  const { hub, unfollow } = aServer({ ...table, observeMessages }, { maxThreads: 1 });
  await hub.snapshot({ principal: ada, session });
  await hub.snapshot({ principal: ada, session: "session-2" });
  expect(observed).toBe(1);
  unfollow();
  expect(observed).toBe(0);
});
