import { describe, expect, it } from "vitest";
import { chat } from "../../chat/chat.ts";
import { ChatToolCallRequested, ChatUserMessageAccepted } from "../../chat/events.ts";
import { event } from "../../event/define-event.ts";
import { createHub } from "../../hub/create-hub.ts";
import type { HubModule } from "../../hub/hub-module.ts";
import { wrapped, wrappers } from "../../operate/testing/wrappers.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import { createChatHttpHandler } from "./chat-http-handler.ts";

const session = { tenant: "acme", session: "s1" };
const MESSAGES = [
  event(ChatUserMessageAccepted, { messageId: "m1", role: "user", content: "What is 6 × 7?\n# no heading <b>" }),
  event(ChatUserMessageAccepted, { messageId: "m2", role: "user", content: "And 7 × 8?" }),
];

async function scene(storage = memoryStorage(), modules: readonly HubModule[] = []) {
  const engine = async function* () {};
  const hub = createHub({
    storage,
    modules: [chat({ engine }), ...modules],
    authorize: ({ principal }) => principal.id === "ada",
  });
  await hub.publish(session, MESSAGES);
  const handle = createChatHttpHandler({
    hub,
    authenticate: (request) => {
      const id = request.headers.get("authorization");
      return id === null ? null : { id, tenant: "acme" };
    },
    origins: "same-host",
    onError: () => undefined,
  });
  const get = (path: string, user = "ada") =>
    handle(new Request(`http://localhost/api/chat/sessions/${path}`, { headers: { authorization: user } }));
  return { hub, get };
}

describe("a session as a file", () => {
  it("C50 is its transcript as JSON or Markdown, or its public entities line by line", async () => {
    const { hub, get } = await scene();
    const json = await get("s1/export");
    expect(await json.json()).toMatchObject({
      session: "s1",
      ordinal: "2",
      entries: [
        { type: "message", id: "m1", role: "user", text: "What is 6 × 7?\n# no heading <b>" },
        { type: "message", id: "m2" },
      ],
    });
    const markdown = await get("s1/export?format=markdown");
    expect(await markdown.text()).toMatch(/^# Session s1\n\nUp to event 2\.\n\n## user · 20\S+Z\n\nWhat is 6 × 7\?/);
    const lines = (await (await get("s1/export?format=jsonl")).text()).trim().split("\n");
    const [head, ...entities] = lines.map((line) => JSON.parse(line));
    expect([head.sessionId, entities.map(({ id }) => id)]).toEqual(["s1", ["m1", "m2"]]);
    await hub.close();
  });

  it("C50 holds what an entity holds of a type that only an event names", async () => {
    const { hub, get } = await scene(memoryStorage(), [wrappers]);
    await hub.publish({ ...session, session: "s2" }, [wrapped("Hello")]);
    const found = await get("s2/export?format=jsonl");
    expect(await found.text()).toMatch(/"id":"w1".*"content":"Hello"/);
    await hub.close();
  });

  it("C50 is a download, never a page of this server", async () => {
    const { hub, get } = await scene();
    const found = await Promise.all(["json", "markdown", "jsonl"].map((format) => get(`s1/export?format=${format}`)));
    expect(found.map(({ headers }) => [headers.get("content-type"), headers.get("content-disposition")])).toEqual([
      ["application/json; charset=utf-8", 'attachment; filename="s1.json"'],
      ["text/markdown; charset=utf-8", 'attachment; filename="s1.md"'],
      ["application/x-ndjson; charset=utf-8", 'attachment; filename="s1.jsonl"'],
    ]);
    expect(found.map(({ headers }) => headers.get("x-content-type-options"))).toEqual([
      "nosniff",
      "nosniff",
      "nosniff",
    ]);
    await hub.close();
  });

  it("C50 no tool closes the fence its words stand in", async () => {
    const { hub, get } = await scene();
    await hub.publish(session, [
      event(ChatToolCallRequested, {
        messageId: "m3",
        toolCallId: "t1",
        toolName: "sh",
        input: "```\n## not a heading",
      }),
    ]);
    const text = await (await get("s1/export?format=markdown")).text();
    expect(text).toContain("````\n```\n## not a heading\n````");
    await hub.close();
  });

  it("C51 C50 the past, and what is refused: 400, 401, 403, 404, 410, 503", async () => {
    const storage = memoryStorage();
    const { hub, get } = await scene(storage);
    expect((await (await get("s1/export?asOf=1")).json()).entries).toHaveLength(1);
    await hub.publish(session, MESSAGES.slice(0, 1));
    await hub.retain(session, { keepEvents: 1 });
    const cases = [
      ["s1/export?format=yaml", "ada", 400, "bad_request"],
      ["s1/export?format=", "ada", 400, "bad_request"],
      ["s1/export?asOf=x", "ada", 400, "bad_request"],
      ["s1/export", "eve", 403, "forbidden"],
      ["nobody/export", "ada", 404, "session_not_found"],
      ["s1/export?asOf=1", "ada", 410, "gone"],
    ] as const;
    for (const [path, user, status, code] of cases) {
      const response = await get(path, user);
      expect([path, response.status, (await response.json()).code]).toEqual([path, status, code]);
    }
    await storage.close();
    const away = await get("unseen/export");
    expect([away.status, (await away.json()).retryable]).toEqual([503, expect.any(Boolean)]);
  });
});
