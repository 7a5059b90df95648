import { describe, expect, it } from "vitest";
import { chat as chatModule } from "../../chat/chat.ts";
import { CALL, question } from "../../chat/testing/asking-chat.ts";
import { type ChatHarness, chatHarness, USER } from "../../chat/testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../../chat/testing/manual-engine.ts";
import type { Principal } from "../../command/define-command.ts";
import { demoEngine } from "../../engines/demo/demo-engine.ts";
import { createHub } from "../../hub/create-hub.ts";
import type { Hub } from "../../hub/hub.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import { type ChatHttpOptions, createChatHttpHandler, type HttpHandler } from "./chat-http-handler.ts";
import { CHAT_ROUTES } from "./chat-routes.ts";

const ORIGIN = "https://app.example";
const BASE = "https://chat.example/api/chat";

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as a page of the allowed origin sends it, signed in. */
function request(path: string, { method = "GET", body, headers = {} }: Sent = {}): Request {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const sent = {
    origin: ORIGIN,
    authorization: "ada",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...headers,
  };
  return new Request(BASE + path, { method, headers: sent, ...(body === undefined ? {} : { body: text }) });
}

const post = (path: string, body: unknown = {}, headers = {}) => request(path, { method: "POST", body, headers });

async function answer(handler: HttpHandler, asked: Request) {
  const response = await handler(asked);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === "" ? null : JSON.parse(text) };
}

function handlerOf(hub: Hub, options: Partial<ChatHttpOptions> = {}): HttpHandler {
  return createChatHttpHandler({
    hub,
    origins: [ORIGIN],
    authenticate: ({ headers }) => {
      const id = headers.get("authorization");
      return id === null ? null : { ...USER, id };
    },
    onError: () => {},
    ...options,
  });
}

function harness(options: Partial<ChatHttpOptions> = {}) {
  const manual = manualEngine();
  const chat = chatHarness({ engine: manual.engine });
  const handler = handlerOf(chat.hub, options);
  return Object.assign(chat, { manual, ask: (asked: Request) => answer(handler, asked) });
}

describe("sessions over HTTP", () => {
  it("C44 creates a session under a new id, or the one the client chose, and finds it again by its key", async () => {
    await using chat = harness();
    const made = await chat.ask(post("/sessions", { profile: "support" }));
    expect(made).toMatchObject({ status: 200, body: { accepted: true, profile: "support", ordinal: "1" } });
    expect(await chat.ask(request(`/sessions/${made.body.sessionId}`))).toMatchObject({ status: 200 });
    const named = await chat.ask(post("/sessions", { sessionId: "mine" }));
    expect(named.body.sessionId).toBe("mine");
    const once = await chat.ask(post("/sessions", {}, { "idempotency-key": "k" }));
    const twice = await chat.ask(post("/sessions", { idempotencyKey: "k" }));
    expect(twice.body.sessionId).toBe(once.body.sessionId);
  });

  it("C44 does not invent sessions that are asked for", async () => {
    await using chat = harness();
    expect(await chat.ask(request("/sessions/never"))).toMatchObject({
      status: 404,
      body: { code: "session_not_found", retryable: false },
    });
    expect(chat.contents.size).toBe(0);
  });

  it("C46 shows ordinals as text, the run's status and real times", async () => {
    await using chat = harness();
    await chat.ask(post("/sessions/s1/messages", { prompt: "Hello?" }));
    await chat.platform.settle();
    chat.manual.call.say(...textDeltas("1", "Hi!"));
    await chat.platform.settle();
    const { body, headers } = await chat.ask(request("/sessions/s1"));
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toMatchObject({ sessionId: "s1", snapshotOrdinal: "5", status: "running" });
    const [asked, run, said] = body.entities;
    expect(asked).toMatchObject({
      kind: "ChatMessage",
      createdOrdinal: "1",
      payload: { role: "user", content: "Hello?" },
    });
    expect(run).toMatchObject({ kind: "ChatRun", open: true });
    expect(said).toMatchObject({ createdAt: chat.platform.now(), payload: { content: "Hi!", streaming: true } });
    chat.manual.call.end();
    await chat.platform.settle();
    expect((await chat.ask(request("/sessions/s1"))).body.status).toBe("finished");
  });

  it("C46 shows the session as it was at an ordinal", async () => {
    await using chat = harness();
    await chat.ask(post("/sessions/s1/messages", { prompt: "Hello?" }));
    await chat.platform.settle();
    const { body } = await chat.ask(request("/sessions/s1?asOf=1"));
    expect(body).toMatchObject({ snapshotOrdinal: "1", status: "idle" });
    expect(body.entities).toHaveLength(1);
    expect((await chat.ask(request("/sessions/s1?asOf=-1"))).status).toBe(400);
  });
});

describe("messages over HTTP", () => {
  it("C45 takes a prompt and says what became of it", async () => {
    await using chat = harness();
    const first = await chat.ask(post("/sessions/s1/messages", { prompt: "Hello?" }, { "idempotency-key": "k" }));
    expect(first).toMatchObject({
      status: 200,
      body: { sessionId: "s1", accepted: true, status: "running", commandId: "k", ordinal: "2" },
    });
    expect(first.body.runId).toBe(first.body.outcome.runId);
    expect(first.body.epoch).not.toBe("");
    const second = await chat.ask(post("/sessions/s1/messages", { prompt: "And?" }));
    expect(second.body.status).toBe("queued");
  });

  it("C15 C16 takes a prompt once, sent twice at the same time or later, by header or body", async () => {
    await using chat = harness();
    const send = (headers = {}) =>
      chat.ask(post("/sessions/s1/messages", { prompt: "Hi", idempotencyKey: "k" }, headers));
    const answers = [...(await Promise.all([send(), send()])), await send({ "idempotency-key": "k" })];
    expect(new Set(answers.map(({ body }) => body.runId)).size).toBe(1);
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["running"]);
    const [message] = (await chat.ask(request("/sessions/s1"))).body.entities;
    expect(message.commandId).toBe("k");
  });

  it.each<[string, unknown, number, string]>([
    ["no prompt", {}, 400, "empty_prompt"],
    ["a blank prompt", { prompt: "  " }, 400, "empty_prompt"],
    ["a prompt that is no text", { prompt: 7 }, 400, "bad_request"],
    ["a blank attachment id", { attachments: [{ attachmentId: "" }] }, 400, "invalid_command"],
    ["attachments that are no list", { attachments: {} }, 400, "bad_request"],
    ["an unknown policy", { prompt: "x", busyPolicy: "shout" }, 400, "bad_request"],
    ["an unknown run to retry", { retryOfRunId: "x" }, 404, "run_not_found"],
    ["broken JSON", "{", 400, "bad_request"],
    ["JSON that is no object", "[]", 400, "bad_request"],
    ["a key that is too long", { prompt: "x", idempotencyKey: "k".repeat(201) }, 400, "bad_request"],
    ["a prompt that is too long", { prompt: "x".repeat(16_001) }, 413, "payload_too_large"],
    ["a body that is too long", { prompt: "x".repeat(70_000) }, 413, "payload_too_large"],
  ])("C45 refuses %s", async (_what, body, status, code) => {
    await using chat = harness();
    const refused = await chat.ask(post("/sessions/s1/messages", body));
    expect(refused).toMatchObject({ status, body: { code, retryable: false } });
    expect(refused.body.error).toMatch(/\.$/);
    expect(chat.contents.size).toBe(0);
  });

  it("C45 reads a body of unknown length no further than it may", async () => {
    await using chat = harness();
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16 * 1024));
      },
    });
    const init = { method: "POST", headers: post("/").headers, body: endless, duplex: "half" };
    expect(await chat.ask(new Request(`${BASE}/sessions/s1/messages`, init))).toMatchObject({ status: 413 });
    expect(pulled).toBeLessThan(10);
  });

  it("C13 tells a caller that the chat is busy, and that it may try again", async () => {
    await using chat = harness();
    await chat.ask(post("/sessions/s1/messages", { prompt: "One?" }));
    const refused = await chat.ask(post("/sessions/s1/messages", { prompt: "Two?", busyPolicy: "reject" }));
    expect(refused).toMatchObject({ status: 409, body: { code: "run_busy", retryable: true } });
  });

  it("C15 tells apart a retry and another message under the same key", async () => {
    await using chat = harness();
    await chat.ask(post("/sessions/s1/messages", { prompt: "One?", idempotencyKey: "k" }));
    const other = await chat.ask(post("/sessions/s1/messages", { prompt: "Two?", idempotencyKey: "k" }));
    expect(other).toMatchObject({ status: 409, body: { code: "key_reused" } });
    const torn = await chat.ask(
      post("/sessions/s1/messages", { prompt: "x", idempotencyKey: "a" }, { "idempotency-key": "b" }),
    );
    expect(torn.status).toBe(400);
  });
});

describe("answering an approval over HTTP", () => {
  it("C39 F-R6 takes the first answer, the same one again, and tells the next what was decided", async () => {
    await using chat = harness();
    await chat.ask(post("/sessions/s1/messages", { prompt: "Delete it" }));
    await chat.platform.settle();
    chat.manual.call.say(...question(CALL));
    chat.manual.call.end();
    await chat.platform.advance(100);
    const { entities } = (await chat.ask(request("/sessions/s1"))).body;
    const { payload } = entities.find(({ kind }: { readonly kind: string }) => kind === "ChatApproval");
    const { approvalId, digest } = payload;
    const answer = { approvalId, digest, decision: "approve" };
    const wrong = await chat.ask(post("/sessions/s1/approvals", { ...answer, digest: "0" }));
    expect(wrong).toMatchObject({ status: 409, body: { code: "approval_mismatch" } });
    const first = await chat.ask(post("/sessions/s1/approvals", { ...answer, idempotencyKey: "k" }));
    expect(first).toMatchObject({ status: 200, body: { accepted: true, status: "approved", commandId: "k" } });
    const again = await chat.ask(post("/sessions/s1/approvals", { ...answer, idempotencyKey: "k" }));
    expect(again.body.outcome).toEqual(first.body.outcome);
    const late = await chat.ask(post("/sessions/s1/approvals", { ...answer, decision: "deny" }));
    const told = { code: "already_answered", reason: "approved", error: "This call was approved already by ada." };
    expect(late).toMatchObject({ status: 409, body: told });
  });
});

describe("stopping over HTTP", () => {
  it("C12 stops the run that is asked for, twice if need be, and nothing when idle", async () => {
    await using chat = harness();
    expect(await chat.ask(post("/sessions/s1/stop"))).toMatchObject({
      status: 200,
      body: { status: "idle", runId: "" },
    });
    const { runId } = (await chat.ask(post("/sessions/s1/messages", { prompt: "Hello?" }))).body;
    await chat.platform.settle();
    expect((await chat.ask(post("/sessions/s1/stop", { runId: "another" }))).body.status).toBe("idle");
    expect((await chat.ask(post("/sessions/s1/stop", { runId }))).body).toMatchObject({
      status: "stop_requested",
      runId,
    });
    await chat.platform.settle();
    expect((await chat.ask(post("/sessions/s1/stop", { runId }))).body).toMatchObject({ status: "stopped", runId });
    expect(await chat.runs()).toEqual(["stopped"]);
  });

  it("L7: whoever leaves stops nothing", async () => {
    await using chat = harness();
    const left = new AbortController();
    await chat.ask(new Request(post("/sessions/s1/messages", { prompt: "Hello?" }), { signal: left.signal }));
    left.abort();
    await chat.platform.settle();
    expect(chat.manual.call.signal.aborted).toBe(false);
  });
});

describe("paths and methods", () => {
  it.each([
    ["PUT", "/sessions", 405, "POST, GET"],
    ["PUT", "/sessions/s1", 405, "GET, PATCH, DELETE"],
    ["GET", "/sessions/s1/messages", 405, "POST"],
    ["OPTIONS", "/sessions", 405, "POST, GET"],
  ])("C48 %s %s is not possible, and the answer says what is", async (method, path, status, allow) => {
    await using chat = harness();
    const refused = await chat.ask(request(path, { method }));
    expect(refused).toMatchObject({ status, body: { code: "method_not_allowed" } });
    expect(refused.headers.get("allow")).toBe(allow);
  });

  it.each(["", "/", "/session", "/sessions/s1/", "/sessions/s1/messages/1", "/sessions//messages/x"])(
    "C48 there is nothing at %j",
    async (path) => {
      await using chat = harness();
      expect(await chat.ask(request(path))).toMatchObject({ status: 404, body: { code: "not_found" } });
    },
  );

  it("C48 lives below another path if told to", async () => {
    await using chat = harness({ basePath: "/team/chat/" });
    const asked = request("/x");
    const at = (path: string) => chat.ask(new Request(`https://chat.example${path}`, { headers: asked.headers }));
    expect((await at("/team/chat/sessions/never")).body.code).toBe("session_not_found");
    expect((await at("/api/chat/sessions/never")).body.code).toBe("not_found");
    expect((await at("/team/chatter/sessions/never")).body.code).toBe("not_found");
  });

  it.each(["a b", "a%2Fb", "%00", "x".repeat(129)])("C45 %j is no session id", async (id) => {
    await using chat = harness();
    expect(await chat.ask(request(`/sessions/${id}`))).toMatchObject({ status: 400, body: { code: "bad_request" } });
  });
});

describe("tickets", () => {
  it("X2 are given to who is signed in, for the page that asks, where the server issues them", async () => {
    const given: unknown[] = [];
    const tickets = {
      issue(principal: Principal, origin: string | null) {
        given.push([principal.id, origin]);
        return Promise.resolve({ ticket: "t", expiresInMs: 30_000 });
      },
    };
    await using chat = harness({ tickets });
    const answered = await chat.ask(post("/ticket"));
    expect(answered).toMatchObject({ status: 200, body: { ticket: "t", expiresInMs: 30_000 } });
    expect(answered.headers.get("cache-control")).toBe("no-store");
    expect(given).toEqual([["ada", ORIGIN]]);
    await using none = harness();
    expect(await none.ask(post("/ticket"))).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  it("X8 a principal whose time is over is not signed in any more", async () => {
    await using chat = harness({ authenticate: () => ({ ...USER, expiresAt: 1_000 }), now: () => 1_000 });
    expect(await chat.ask(request("/sessions/s1"))).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });
});

describe("who may", () => {
  const routes = CHAT_ROUTES.map(({ method, path }) => [method, path.replace(":session", "s1")] as const);
  const asked = (method: string, path: string, headers: Record<string, string> = {}): Request =>
    method === "POST" || method === "PATCH"
      ? request(path, { method, body: { prompt: "x", pinned: true, decision: "deny" }, headers })
      : request(path, { method, headers });

  it.each(routes)("C55 %s %s is for those who signed in", async (method, path) => {
    await using chat = harness({ authenticate: () => null });
    expect(await chat.ask(asked(method, path))).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(chat.contents.size).toBe(0);
  });

  // A ticket says who somebody is; what they may do is asked on the socket it opens.
  // A list is of what is the principal's own.
  const acting = routes.filter(([method, path]) => path !== "/ticket" && `${method} ${path}` !== "GET /sessions");

  it.each(acting)("C55 %s %s asks the hub's authorize", async (method, path) => {
    await using hub = await privateHub();
    const refused = await answer(handlerOf(hub.hub), asked(method, path));
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(JSON.stringify(refused.body)).not.toContain("secret");
  });

  it.each(routes)("C55 %s %s is not for pages of other origins", async (method, path) => {
    await using chat = harness();
    for (const origin of ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"]) {
      const refused = await chat.ask(asked(method, path, { origin }));
      expect(refused).toMatchObject({ status: 403, body: { code: "origin_rejected" } });
    }
    expect(chat.contents.size).toBe(0);
  });

  it.each(routes)("F-P7 %s %s is kept in no cache, whatever is answered", async (method, path) => {
    await using chat = harness({ cors: { credentials: false } });
    await using hub = await privateHub();
    const answers = [
      await chat.ask(asked(method, path)),
      await chat.ask(asked(method, path)),
      await chat.ask(asked(method, path, { origin: "https://evil.example" })),
      await chat.ask(asked(method === "GET" ? "POST" : "GET", path)),
      await answer(handlerOf(hub.hub), asked(method, path)),
      await answer(handlerOf(chat.hub, { authenticate: () => null }), asked(method, path)),
    ];
    expect(new Set(answers.map(({ headers }) => headers.get("cache-control")))).toEqual(new Set(["no-store"]));
    expect(answers.slice(0, 4).every(({ headers }) => headers.get("vary")?.includes("origin"))).toBe(true);
  });

  it("C55 takes writes without an Origin only where that was decided", async () => {
    await using chat = harness();
    const bare = () => {
      const { headers, method } = post("/sessions");
      const without = new Headers(headers);
      without.delete("origin");
      return new Request(`${BASE}/sessions`, { method, headers: without, body: "{}" });
    };
    expect((await chat.ask(bare())).status).toBe(403);
    expect((await answer(handlerOf(chat.hub, { allowMissingOrigin: true }), bare())).status).toBe(200);
  });

  it("C55 knows the pages of its own host", async () => {
    await using chat = harness({ origins: "same-host" });
    expect((await chat.ask(post("/sessions", {}, { origin: "https://chat.example" }))).status).toBe(200);
    expect((await chat.ask(post("/sessions", {}, { origin: ORIGIN }))).status).toBe(403);
  });

  it("C55 will not be made with an origin that no browser sends", () => {
    expect(() => handlerOf(chatHarness({ engine: manualEngine().engine }).hub, { origins: ["app.example"] })).toThrow(
      /is not an origin/,
    );
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "C55 takes no body of type %j, which other pages could send unasked",
    async (type) => {
      await using chat = harness();
      const refused = await chat.ask(post("/sessions/s1/messages", { prompt: "x" }, { "content-type": type }));
      expect(refused).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
    },
  );

  it("lets pages of allowed origins read answers only if told to", async () => {
    await using chat = harness({ cors: { credentials: true } });
    const preflight = (origin: string) =>
      chat.ask(
        request("/sessions", { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } }),
      );
    const allowed = await preflight(ORIGIN);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(allowed.headers.get("access-control-allow-credentials")).toBe("true");
    expect((await preflight("https://evil.example")).headers.has("access-control-allow-origin")).toBe(false);
    const without = await harness().ask(post("/sessions"));
    expect(without.headers.has("access-control-allow-origin")).toBe(false);
  });
});

describe("what goes wrong here", () => {
  it("L13: is told by an id, never in its own words", async () => {
    const seen: [unknown, string][] = [];
    const options: Partial<ChatHttpOptions> = {
      authenticate: () => {
        throw new Error("redis://user:pass@10.0.0.1 refused");
      },
      onError: (error, errorId) => void seen.push([error, errorId]),
    };
    await using chat = harness(options);
    const failed = await chat.ask(request("/sessions/s1"));
    expect(failed).toMatchObject({ status: 500, body: { code: "internal", retryable: true } });
    expect(failed.text).not.toContain("redis");
    expect(seen).toEqual([
      [expect.objectContaining({ message: expect.stringContaining("redis") }), failed.body.errorId],
    ]);
  });

  it("C46 says that storage is away, and that trying again can help", async () => {
    await using chat = harness();
    const hub: Hub = Object.create(chat.hub, {
      snapshot: { value: () => Promise.reject(new Error("disk gone")) },
    });
    const failed = await answer(handlerOf(hub), request("/sessions/s1"));
    expect(failed).toMatchObject({ status: 500, body: { retryable: true } });
    expect(failed.text).not.toContain("disk");
  });
});

it("C54 a session is the same over HTTP after a restart", async () => {
  const chat: ChatHarness = chatHarness({ engine: demoEngine({ speed: Number.POSITIVE_INFINITY }) });
  await answer(handlerOf(chat.hub), post("/sessions/s1/messages", { prompt: "show a tool" }));
  await chat.platform.settle();
  const before = await answer(handlerOf(chat.hub), request("/sessions/s1"));
  await using again = chat.restart();
  const after = await answer(handlerOf(again.hub), request("/sessions/s1"));
  expect(after.body).toEqual(before.body);
  expect(before.body.status).toBe("finished");
});

/** A hub with one session that somebody else owns. */
async function privateHub() {
  const hub = createHub({
    storage: memoryStorage(),
    modules: [chatModule({ engine: demoEngine() })],
    authorize: ({ principal }) => principal.id === "eve",
  });
  const eve = { ...USER, id: "eve" };
  await hub.submit({
    principal: eve,
    session: "s1",
    command: "ChatCreateSession",
    id: "c",
    payload: { profile: "secret" },
  });
  return { hub, [Symbol.asyncDispose]: () => hub.close() };
}
