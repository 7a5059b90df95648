import { describe, expect, it } from "vitest";
import { chat } from "../../chat/chat.ts";
import { memoryDirectory } from "../../directory/memory-directory.ts";
import { demoEngine } from "../../engines/demo/demo-engine.ts";
import { createHub } from "../../hub/create-hub.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { createChatHttpHandler } from "./chat-http-handler.ts";

const ORIGIN = "https://app.example";

/** Users are who they say; sessions are read by everybody of the tenant but "eve", and written by whom they begin with. */
function scene({ hasDirectory = true } = {}) {
  const platform = manualPlatform();
  const kept = hasDirectory ? { directory: memoryDirectory() } : {};
  const asked: string[] = [];
  const hub = createHub({
    storage: memoryStorage(),
    platform,
    modules: [chat({ engine: demoEngine({ speed: Number.POSITIVE_INFINITY }), ...kept })],
    authorize({ principal, action, session, command }) {
      asked.push([action, command].join(" ").trim());
      if (principal.id === "eve") return false;
      return action === "read" || session.startsWith(principal.id);
    },
  });
  const handler = createChatHttpHandler({
    hub,
    ...kept,
    authenticate: ({ headers }) => ({ id: headers.get("x-user") ?? "ada", tenant: headers.get("x-tenant") ?? "acme" }),
    origins: [ORIGIN],
    now: platform.now,
    onError: () => {},
  });
  async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const response = await handler(
      new Request(`https://chat.example/api/chat${path}`, {
        method,
        headers: { origin: ORIGIN, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    await platform.settle();
    return { status: response.status, body: await response.json() };
  }
  const say = (session: string, prompt: string, headers = {}) =>
    ask("POST", `/sessions/${session}/messages`, { prompt }, headers);
  const ids = async (query = "", headers = {}) => {
    const { body } = await ask("GET", `/sessions${query}`, undefined, headers);
    return body.threads.map(({ sessionId }: { sessionId: string }) => sessionId);
  };
  return { hub, asked, ask, say, ids, platform, [Symbol.asyncDispose]: () => hub.close() };
}

describe("threads over HTTP", () => {
  it("C47 G53 lists a principal's own sessions, newest activity first, a page at a time", async () => {
    await using threads = scene();
    for (const session of ["ada-1", "ada-2", "ada-3"]) {
      await threads.say(session, `Prompt of ${session}`);
      await threads.platform.advance(1_000);
    }
    await threads.say("bob-1", "Not hers", { "x-user": "bob" });
    const { status, body } = await threads.ask("GET", "/sessions?limit=2");
    expect([status, body.threads.length]).toEqual([200, 2]);
    expect(body.threads[0]).toMatchObject({
      sessionId: "ada-3",
      title: "Prompt of ada-3",
      readOrdinal: "0",
      pinned: false,
      muted: false,
      archived: false,
    });
    expect(body.threads[0]).not.toHaveProperty("owner");
    expect(body.threads[0].unread).toBeGreaterThan(0);
    expect(await threads.ids(`?limit=2&before=${body.next}`)).toEqual(["ada-1"]);
    expect(await threads.ids("", { "x-tenant": "other" })).toEqual([]);
  });

  it("G53 pins, mutes, archives and marks as read for whoever asks, and for nobody else", async () => {
    await using threads = scene();
    await threads.say("ada-1", "Hello");
    await threads.say("ada-2", "Hello");
    const { body } = await threads.ask("GET", "/sessions?limit=1");
    const { sessionId, lastMessageOrdinal } = body.threads[0];
    const patched = await threads.ask("PATCH", `/sessions/${sessionId}`, {
      readOrdinal: lastMessageOrdinal,
      muted: true,
    });
    expect(patched).toMatchObject({ status: 200, body: { unread: 0, muted: true, readOrdinal: lastMessageOrdinal } });
    await threads.ask("PATCH", "/sessions/ada-1", { pinned: true });
    expect(await threads.ids()).toEqual(["ada-1", "ada-2"]);
    const bobs = await threads.ask("PATCH", "/sessions/ada-1", { archived: true }, { "x-user": "bob" });
    expect(bobs).toMatchObject({ status: 200, body: { archived: true, pinned: false } });
    await threads.ask("PATCH", "/sessions/ada-2", { archived: true });
    expect(await threads.ids()).toEqual(["ada-1"]);
    expect(await threads.ids("?archived=true")).toEqual(["ada-2"]);
  });

  it("C47 renames for whoever may write, and finds what it is called", async () => {
    await using threads = scene();
    await threads.say("ada-1", "Hello");
    expect(await threads.ask("PATCH", "/sessions/ada-1", { title: "Fjörde" })).toMatchObject({
      status: 200,
      body: { title: "Fjörde" },
    });
    expect(threads.asked).toContain("write ChatRenameSession");
    expect(await threads.ids("?search=FJÖRD")).toEqual(["ada-1"]);
    const refused = await threads.ask("PATCH", "/sessions/ada-1", { title: "Mine" }, { "x-user": "bob" });
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await threads.ids("?search=fjörd")).toEqual(["ada-1"]);
  });

  it("C47 deletes a session with its log and its entry, twice if need be", async () => {
    await using threads = scene();
    await threads.say("ada-1", "Hello");
    const refused = await threads.ask("DELETE", "/sessions/ada-1", undefined, { "x-user": "bob" });
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    for (let times = 0; times < 2; times++) {
      expect(await threads.ask("DELETE", "/sessions/ada-1")).toEqual({
        status: 200,
        body: { sessionId: "ada-1", removed: true },
      });
    }
    expect(await threads.ids()).toEqual([]);
    expect(await threads.ask("GET", "/sessions/ada-1")).toMatchObject({ status: 404 });
  });

  it("X7 a session that is not there and one that may not be read are answered alike", async () => {
    await using threads = scene();
    await threads.say("ada-1", "Hello");
    const eve = { "x-user": "eve" };
    const answers = [
      await threads.ask("PATCH", "/sessions/ada-1", { pinned: true }, eve),
      await threads.ask("PATCH", "/sessions/never", { pinned: true }, eve),
      await threads.ask("DELETE", "/sessions/ada-1", undefined, eve),
      await threads.ask("DELETE", "/sessions/never", undefined, eve),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await threads.ask("PATCH", "/sessions/never", { pinned: true })).toMatchObject({
      status: 404,
      body: { code: "session_not_found" },
    });
  });

  it.each([
    ["GET", "/sessions?limit=0"],
    ["GET", "/sessions?limit=1e2"],
    ["GET", "/sessions?before=x"],
    ["GET", "/sessions?archived=yes"],
    ["GET", `/sessions?search=${"x".repeat(201)}`],
    ["PATCH", "/sessions/ada-1", {}],
    ["PATCH", "/sessions/ada-1", { pinned: "true" }],
    ["PATCH", "/sessions/ada-1", { title: 7 }],
    ["PATCH", "/sessions/ada-1", { title: "x".repeat(121) }],
    ["PATCH", "/sessions/ada-1", { readOrdinal: 7 }],
    ["PATCH", "/sessions/ada-1", { readOrdinal: "9223372036854775808" }],
  ])("C47 refuses %s %s %j in words", async (method, path, body?: object) => {
    await using threads = scene();
    await threads.say("ada-1", "Hello");
    const refused = await threads.ask(method, path, body);
    expect(refused).toMatchObject({ status: 400, body: { code: "bad_request", retryable: false } });
  });

  it("C47 without a directory there is no list, and a session can be deleted all the same", async () => {
    await using threads = scene({ hasDirectory: false });
    await threads.say("ada-1", "Hello");
    expect(await threads.ask("GET", "/sessions")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await threads.ask("DELETE", "/sessions/ada-1")).toMatchObject({ status: 200 });
  });

  it("X10 changes of threads count like commands", async () => {
    await using threads = scene();
    await threads.say("ada-1", "Hello");
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => threads.ask("PATCH", "/sessions/ada-1", { pinned: true })),
    );
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  });
});
