import { describe, expect, it } from "vitest";
import { chat } from "../../chat/chat.ts";
import { chatHarness, USER } from "../../chat/testing/chat-harness.ts";
import { manualEngine } from "../../chat/testing/manual-engine.ts";
import { createHub } from "../../hub/create-hub.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { createChatHttpHandler } from "./chat-http-handler.ts";
import { DEFAULT_HTTP_LIMITS } from "./http-limits.ts";

const { burst, perSecond } = DEFAULT_HTTP_LIMITS.commands;

function scene() {
  let now = 0;
  const harness = chatHarness({ engine: manualEngine().engine });
  const handler = createChatHttpHandler({
    hub: harness.hub,
    origins: [],
    allowMissingOrigin: true,
    authenticate: ({ headers }) => ({ ...USER, id: headers.get("authorization") ?? "ada" }),
    now: () => now,
  });
  const post = (path: string, body: string, user: string) => {
    const headers = { "content-type": "application/json", authorization: user };
    return handler(new Request(`https://chat.example/api/chat${path}`, { method: "POST", headers, body }));
  };
  const get = (path: string, user: string) =>
    handler(new Request(`https://chat.example/api/chat${path}`, { headers: { authorization: user } }));
  return Object.assign(harness, {
    get,
    ask: (user = "ada") => post("/sessions/s-1/stop", "{}", user),
    post,
    wait(ms: number) {
      now += ms;
    },
  });
}

describe("how fast a principal may command", () => {
  it("X10 a burst passes, the next command gets 429 and the time to come back, others are not held up", async () => {
    await using chatting = scene();
    for (let turn = 0; turn < burst; turn += 1) expect((await chatting.ask()).status).not.toBe(429);
    const refused = await chatting.ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    const retryAfterMs = 1_000 / perSecond;
    expect(await refused.json()).toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs });
    expect((await chatting.ask("bob")).status).not.toBe(429);
    chatting.wait(retryAfterMs);
    expect((await chatting.ask()).status).not.toBe(429);
    expect((await chatting.ask()).status).toBe(429);
  });

  it("X10 reads have a rate of their own: one more gets 429 and the time to come back, commands and others are served", async () => {
    await using chatting = scene();
    const { burst: reads, perSecond: readsPerSecond } = DEFAULT_HTTP_LIMITS.reads;
    for (let turn = 0; turn < reads; turn += 1) expect((await chatting.get("/sessions/s-1", "ada")).status).toBe(404);
    const refused = await chatting.get("/sessions/s-1/export", "ada");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    const retryAfterMs = 1_000 / readsPerSecond;
    expect(await refused.json()).toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs });
    expect((await chatting.get("/sessions/s-1", "bob")).status).not.toBe(429);
    expect((await chatting.ask()).status).not.toBe(429);
    chatting.wait(retryAfterMs);
    expect((await chatting.get("/sessions/s-1", "ada")).status).not.toBe(429);
  });

  it.each(["/sessions/s-1?asOf=1", "/sessions/s-1/export?asOf=1"])(
    "X10 a look into the past, which replays the log, counts as five reads: %s",
    async (path) => {
      await using chatting = scene();
      const pasts = DEFAULT_HTTP_LIMITS.reads.burst / 5;
      for (let turn = 0; turn < pasts; turn += 1) expect((await chatting.get(path, "ada")).status).toBe(404);
      expect((await chatting.get(path, "ada")).status).toBe(429);
      chatting.wait(1_000 / DEFAULT_HTTP_LIMITS.reads.perSecond);
      expect((await chatting.get(path, "ada")).status).toBe(429);
      expect((await chatting.get("/sessions/s-1", "ada")).status).toBe(404);
    },
  );

  it("X10 reads of which the past would never be one are refused at the start", () => {
    const { hub } = chatHarness({ engine: manualEngine().engine });
    const limits = { reads: { perSecond: 1, burst: 4 } };
    expect(() => createChatHttpHandler({ hub, origins: [], authenticate: () => USER, limits })).toThrow(
      expect.objectContaining({ code: "invalid_options" }),
    );
  });

  it("X11 one session more than a principal may start in a day is refused, and nothing of it stored", async () => {
    const hub = createHub({
      storage: memoryStorage(),
      platform: manualPlatform(),
      modules: [chat({ engine: manualEngine().engine })],
      authorize: () => true,
      limits: { maxNewSessionsPerDay: 2 },
    });
    const create = (session: string, id = "ada") => {
      const payload = { profile: "" };
      return hub.submit({ principal: { ...USER, id }, session, command: "ChatCreateSession", id: session, payload });
    };
    await create("s-1");
    await create("s-2");
    await expect(create("s-3")).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 43_200_000 });
    expect(await hub.snapshot({ principal: USER, session: "s-3" })).toBeNull();
    await expect(create("s-1")).resolves.toMatchObject({ repeated: true });
    await create("s-4", "bob");
    await hub.close();
  });

  it.each([
    ["depth", `${'{"a":'.repeat(33)}1${"}".repeat(33)}`],
    ["brackets", `{"attachments":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
    ["keys", JSON.stringify(Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`k${at}`, 0])))],
    ["items", JSON.stringify({ attachments: Array.from({ length: 4_097 }, () => 0) })],
  ])("X15 a body beyond the bounds of JSON is refused: %s", async (_, body) => {
    await using chatting = scene();
    const response = await chatting.post("/sessions/s-1/messages", body, "ada");
    expect([response.status, (await response.json()).code]).toEqual([400, "bad_request"]);
  });
});
