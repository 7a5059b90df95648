import { expect, it } from "vitest";
import type { SessionDirectory } from "../../directory/contract.ts";
import { type MemoryDirectoryContents, memoryDirectory } from "../../directory/memory-directory.ts";
import { type ChatHarness, chatHarness, SESSION, USER } from "../testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";

const KEY = { tenant: USER.tenant, session: SESSION };

function scene(wrap: (directory: SessionDirectory) => SessionDirectory = (directory) => directory) {
  const contents: MemoryDirectoryContents = new Map();
  const directory = memoryDirectory(contents);
  const manual = manualEngine();
  const options = { engine: manual.engine, directory: wrap(directory) };
  return { contents, directory, manual, options, chat: chatHarness(options) };
}

async function answered({ chat, manual }: Pick<ReturnType<typeof scene>, "chat" | "manual">, text: string) {
  await chat.platform.settle();
  manual.call.say(...textDeltas("1", text));
  manual.call.end();
  await chat.platform.settle();
}

const entry = (directory: SessionDirectory) => directory.get(KEY, USER.id);

it("G53 an entry shows the first prompt as its title, the newest message as its preview, and whose it is", async () => {
  const { chat, directory, manual } = scene();
  await chat.prompt("What is a fjord?");
  await chat.platform.settle();
  expect(await entry(directory)).toMatchObject({
    owner: USER.id,
    title: "What is a fjord?",
    preview: "What is a fjord?",
    unread: 0,
  });
  await answered({ chat, manual }, "A long, narrow inlet.");
  expect(await entry(directory)).toMatchObject({
    title: "What is a fjord?",
    preview: "A long, narrow inlet.",
    unread: 1,
    lastActivityAt: chat.platform.now(),
  });
  await chat.hub.close();
});

it("G53 a session that was created for somebody stays theirs, whoever writes", async () => {
  const { chat, directory } = scene();
  await chat.service.createSession({ principal: USER, session: SESSION });
  await chat.platform.settle();
  expect(await entry(directory)).toMatchObject({ owner: USER.id, title: "", preview: "", unread: 0 });
  await chat.prompt("Hello", { principal: { ...USER, id: "bob" } });
  await chat.platform.settle();
  expect(await entry(directory)).toMatchObject({ owner: USER.id, preview: "Hello" });
  await chat.hub.close();
});

it("G53 a prompt of files alone is shown by their names", async () => {
  const { chat, directory } = scene();
  const attachments = ["plan.pdf", "photo.png"].map((filename) => ({ attachmentId: filename, filename }));
  await chat.prompt("", { attachments });
  await chat.platform.settle();
  expect(await entry(directory)).toMatchObject({ title: "plan.pdf, photo.png", preview: "plan.pdf, photo.png" });
  await chat.hub.close();
});

it("G53 without a directory a log is as it always was", async () => {
  const manual = manualEngine();
  const chat = chatHarness({ engine: manual.engine });
  await chat.prompt("Hello");
  expect((await chat.names())[0]).toBe("ChatUserMessageAccepted");
  await chat.hub.close();
});

it("L12: a directory that fails harms no answer, is told of, and learns with what happens next", async () => {
  let isDown = true;
  const { chat, directory, manual } = scene((kept) => ({
    ...kept,
    record: (activity) => (isDown ? Promise.reject(new Error("no disk")) : kept.record(activity)),
  }));
  await chat.prompt("Hello");
  await answered({ chat, manual }, "Hi!");
  expect(await chat.transcript()).toEqual(["user: Hello (accepted)", "assistant: Hi! (finished)"]);
  expect(await entry(directory)).toBeNull();
  const records = await chat.hub.errors({ session: KEY });
  expect(records.map(({ subject, message }) => [subject, message])).toContainEqual(["chat-directory", "no disk"]);
  isDown = false;
  await chat.prompt("Again");
  await chat.platform.settle();
  expect(await entry(directory)).toMatchObject({ title: "Hello", preview: "Again" });
  await chat.hub.close();
});

it("G53 what a process could not tell, the next one tells when it loads the session", async () => {
  const { chat, directory, manual, options } = scene((kept) => ({
    ...kept,
    record: () => Promise.reject(new Error("no disk")),
  }));
  await chat.prompt("Hello");
  await answered({ chat, manual }, "Hi!");
  const next: ChatHarness = chat.restart({ ...options, directory });
  await next.transcript();
  await next.platform.settle();
  expect(await entry(directory)).toMatchObject({ owner: USER.id, title: "Hello", preview: "Hi!" });
  await next.hub.close();
});

it("C47 a report that is under way while its session is removed leaves no entry behind", async () => {
  let arrive: () => void = () => {};
  const { chat, directory } = scene((kept) => ({
    ...kept,
    async record(activity) {
      await new Promise<void>((resolve) => {
        arrive = resolve;
      });
      await kept.record(activity);
    },
    remove: (session) => kept.remove(session),
  }));
  await chat.prompt("Hello");
  await chat.platform.settle();
  await chat.hub.remove(USER, SESSION);
  await directory.remove(KEY);
  arrive();
  await chat.platform.settle();
  expect(await entry(directory)).toBeNull();
  await chat.hub.close();
});

it("G53 an answer is no message while it is given, and reports are one for each beginning and end of a run", async () => {
  const told: string[] = [];
  const { chat, manual } = scene((kept) => ({
    ...kept,
    record(activity) {
      told.push(activity.preview);
      return kept.record(activity);
    },
  }));
  await chat.prompt("Hello");
  await chat.platform.settle();
  for (let at = 0; at < 50; at++) {
    manual.call.say(...textDeltas("1", `word ${at} `));
    await chat.platform.settle();
  }
  expect(told).toEqual(["Hello"]);
  manual.call.end();
  await chat.platform.settle();
  expect(told).toHaveLength(2);
  expect(told[1]).toMatch(/^word 0 word 1/);
  await chat.hub.close();
});
