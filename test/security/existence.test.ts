/** That an answer does not tell a session that is somebody else's from one that never was. */
import { ClientFrameSchema } from "@sessionstream/protocol/sessionstream/v1";
import { type MessageStorageAdapter, memoryStorage } from "@sessionstream/server-node";
import { CHAT_ROUTES } from "@sessionstream/server-node/http";
import { expect, it } from "vitest";
import { key, type SecureChat, secureChat } from "./harness/secure-chat.ts";

const FOREIGN = "a-session-of-ada";
const UNKNOWN = "a-session-of-none";

async function stage(storage: MessageStorageAdapter = memoryStorage()): Promise<SecureChat> {
  const chat = await secureChat({ mayCreate: false, storage });
  chat.access.set(key("acme", FOREIGN), { owner: "ada" });
  chat.users.set("ada", { tenant: "acme", id: "ada" });
  chat.users.set("eve", { tenant: "acme", id: "eve" });
  return chat;
}

const ROUTES = CHAT_ROUTES.filter(({ path }) => path !== "/ticket");
const FRAMES = ClientFrameSchema.oneofs.flatMap(({ fields }) =>
  fields.flatMap(({ localName, message }) =>
    message?.fields.some(({ jsonName }) => jsonName === "sessionId") ? [localName] : [],
  ),
);

async function answers(chat: SecureChat, session: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { method, path } of ROUTES) {
    const response = await chat.fetch(method, path.replace(":session", session), "eve", {
      sessionId: session,
      prompt: "Hi",
    });
    found[`${method} ${path}`] = `${response.status} ${await response.text()}`;
  }
  for (const frame of FRAMES) {
    await using client = chat.connect("eve");
    await client.next();
    client.send({ [frame]: { sessionId: session } });
    found[frame] = JSON.stringify(await client.next());
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, text]) => [name, text.replaceAll(session, "it").replace(/[0-9a-f-]{36}/g, "id")]),
  );
}

it("X7 to whom it is none of their business, a session of others and none at all give one answer", async () => {
  await using chat = await stage();
  expect((await chat.fetch("POST", `/sessions/${FOREIGN}/messages`, "ada", { prompt: "Hello" })).status).toBe(200);
  const unknown = await answers(chat, UNKNOWN);
  expect(await answers(chat, FOREIGN)).toEqual(unknown);
  expect(FRAMES).toEqual(["subscribe", "unsubscribe", "page"]);
});

it("X7 nothing of a session is looked up before the app has said yes", async () => {
  const storage = memoryStorage();
  const touched: string[] = [];
  const { load } = storage;
  storage.load = (session) => {
    touched.push(session.session);
    return load.call(storage, session);
  };
  await using chat = await stage(storage);
  for (const session of [FOREIGN, UNKNOWN]) await answers(chat, session);
  expect(touched).toEqual([]);
});

it.each(["", "a".repeat(129), "a/b", "a%2Fb", "..", "a b", "ä", "a\u0000", "__proto__.x"])(
  "X7 %j is no name of a session, whoever asks",
  async (session) => {
    await using chat = await stage();
    const response = await chat.fetch("GET", `/sessions/${encodeURIComponent(session)}`, "ada");
    expect([400, 404]).toContain(response.status);
    expect((await response.json()).code).toMatch(/^(bad_request|not_found)$/);
    await using client = chat.connect("ada");
    await client.next();
    client.send({ subscribe: { sessionId: session } });
    expect(await client.settled()).toMatchObject([{ error: { code: "protocol_error" } }]);
    expect(chat.asked).toEqual([]);
  },
);
