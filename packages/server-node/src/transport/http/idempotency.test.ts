import { describe, expect, it } from "vitest";
import { ChatMessage } from "../../chat/kinds.ts";
import { type ChatHarness, chatHarness, USER } from "../../chat/testing/chat-harness.ts";
import { manualEngine } from "../../chat/testing/manual-engine.ts";
import { createChatHttpHandler } from "./chat-http-handler.ts";

const ORIGIN = "https://app.example";

/** Who sends what to which session, under the key "k" unless it says another. */
interface Sent {
  readonly prompt?: string;
  readonly session?: string;
  readonly principal?: string;
  readonly tenant?: string;
}

function door(chat: ChatHarness) {
  const handler = createChatHttpHandler({
    hub: chat.hub,
    origins: [ORIGIN],
    authenticate: ({ headers }) => ({
      id: headers.get("x-user") ?? USER.id,
      tenant: headers.get("x-tenant") ?? USER.tenant,
    }),
    onError: () => {},
  });
  return async ({ prompt = "Hello?", session = "s1", principal = USER.id, tenant = USER.tenant }: Sent = {}) => {
    const request = new Request(`https://chat.example/api/chat/sessions/${session}/messages`, {
      method: "POST",
      headers: {
        origin: ORIGIN,
        "content-type": "application/json",
        "idempotency-key": "k",
        "x-user": principal,
        "x-tenant": tenant,
      },
      body: JSON.stringify({ prompt }),
    });
    const response = await handler(request);
    return { status: response.status, body: await response.json() };
  };
}

function scene() {
  const manual = manualEngine();
  const chat = chatHarness({ engine: manual.engine });
  return { chat, manual, send: door(chat) };
}

/** The same disk under another process. */
function afterRestart(before: ChatHarness) {
  const manual = manualEngine();
  const chat = before.restart({ engine: manual.engine });
  return { chat, manual, send: door(chat) };
}

describe("an idempotency key", () => {
  it("I4 C15 sent by eight at once is one attempt with one answer", async () => {
    const { chat, manual, send } = scene();
    const answers = await Promise.all(Array.from({ length: 8 }, () => send()));
    await chat.platform.settle();
    expect(answers[0]).toMatchObject({ status: 200, body: { commandId: "k", accepted: true } });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(manual.calls).toHaveLength(1);
    expect(await chat.records(ChatMessage)).toHaveLength(1);
    await chat.hub.close();
  });

  it("I4 C15 gets its first outcome after a restart, from eight at once too", async () => {
    const before = scene();
    const first = await before.send();
    const { chat, send } = afterRestart(before.chat);
    const answers = await Promise.all(Array.from({ length: 8 }, () => send()));
    for (const { status, body } of answers) expect([status, body.outcome]).toEqual([200, first.body.outcome]);
    expect(await chat.records(ChatMessage)).toHaveLength(1);
    await chat.hub.close();
  });

  it.each(["at once", "after a restart"])(
    "F-D14 with another content %s is key_reused, and nothing happens",
    async (when) => {
      const before = scene();
      await before.send();
      const { chat, send } = when === "at once" ? before : afterRestart(before.chat);
      await chat.runs();
      await chat.platform.settle();
      const names = await chat.names();
      expect(await send({ prompt: "Something else" })).toMatchObject({
        status: 409,
        body: { code: "key_reused", retryable: false },
      });
      await chat.platform.settle();
      expect(await chat.names()).toEqual(names);
      await chat.hub.close();
    },
  );

  it.each(["at once", "after a restart"])(
    "F-D15 of another principal %s is refused and tells nothing",
    async (when) => {
      const before = scene();
      const first = await before.send();
      const { chat, send } = when === "at once" ? before : afterRestart(before.chat);
      const refused = await send({ principal: "eve" });
      expect(refused).toMatchObject({ status: 409, body: { code: "key_reused" } });
      expect(JSON.stringify(refused)).not.toContain(first.body.runId);
      expect(await send({ principal: "eve", prompt: "Something else" })).toEqual(refused);
      expect(await chat.records(ChatMessage)).toHaveLength(1);
      await chat.hub.close();
    },
  );

  it("F-D15 in another session or of another tenant is another command", async () => {
    const { chat, send } = scene();
    const answers = [await send(), await send({ session: "s2" }), await send({ tenant: "other" })];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.runId)).size).toBe(3);
    await chat.hub.close();
  });
});
