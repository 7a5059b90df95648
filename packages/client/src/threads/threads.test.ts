import { SessionStreamError, sessionId, type ThreadJson } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { createLocalBackend } from "../backend/local/create-local-backend.ts";
import type { LocalRequest } from "../backend/local/local-runs.ts";
import { assistantMessage, userMessage } from "../testing/chat-changes.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { describeThreadListConformance } from "../testing/vitest.ts";
import { httpThreads } from "./http-threads.ts";
import { localThreads } from "./local-threads.ts";

async function* answer({ prompt }: LocalRequest): AsyncGenerator<string> {
  yield "You said ";
  yield prompt;
}

describeThreadListConformance("localThreads", async () => {
  const backend = createLocalBackend({ respond: answer });
  return { backend, threads: localThreads(backend), prompt: "hello", close: async () => backend.close() };
});

const S1 = sessionId("s1");
const ENTRY: ThreadJson = {
  sessionId: "s1",
  title: "T",
  preview: "P",
  createdAt: 1,
  lastActivityAt: 2,
  lastMessageOrdinal: "18446744073709551615",
  readOrdinal: "0",
  unread: 3,
  pinned: true,
  muted: false,
  archived: false,
};

function server(respond: (request: Request) => Response) {
  const requests: Request[] = [];
  const threads = httpThreads({
    url: "https://shop.example/api/chat/",
    platform: createManualPlatform(),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request.clone());
      return respond(request);
    },
  });
  return { threads, requests };
}

describe("threads over HTTP", () => {
  it("G53 asks for a page in the query, and reads ordinals without losing digits", async () => {
    const { threads, requests } = server(() => Response.json({ threads: [ENTRY], next: "n" }));
    const page = await threads.list({ archived: true, search: "a&b", before: "p", limit: 5 });
    expect(page).toMatchObject({
      threads: [{ lastMessageOrdinal: 18_446_744_073_709_551_615n, unread: 3 }],
      next: "n",
    });
    expect(requests[0]?.method).toBe("GET");
    expect(requests[0]?.headers.has("content-type")).toBe(false);
    expect(requests[0]?.url).toBe("https://shop.example/api/chat/sessions?archived=true&search=a%26b&before=p&limit=5");
  });

  it("G29 sends a change as it is, ordinals as text", async () => {
    const { threads, requests } = server(() => Response.json(ENTRY));
    await threads.update(S1, { title: "T", readOrdinal: 9_007_199_254_740_993n });
    expect([requests[0]?.method, new URL(requests[0]?.url ?? "").pathname]).toEqual(["PATCH", "/api/chat/sessions/s1"]);
    expect(await requests[0]?.json()).toEqual({ title: "T", readOrdinal: "9007199254740993" });
    await threads.remove(S1);
    expect(requests[1]?.method).toBe("DELETE");
  });

  it.each([
    ["nothing", null],
    ["no list", { threads: {}, next: null }],
    ["no place", { threads: [], next: 7 }],
    ["another's entry", { threads: [{ ...ENTRY, sessionId: "../x" }], next: null }],
    ["a number for an ordinal", { threads: [{ ...ENTRY, lastMessageOrdinal: 7 }], next: null }],
    ["no title", { threads: [{ ...ENTRY, title: null }], next: null }],
  ])("refuses %s as an answer", async (_what, body) => {
    const { threads } = server(() => Response.json(body));
    await expect(threads.list()).rejects.toMatchObject({ code: "bad_server_frame" });
  });

  it("G53 says what the server said, by its code", async () => {
    const { threads } = server(() =>
      Response.json({ code: "forbidden", error: "…", retryable: false }, { status: 403 }),
    );
    await expect(threads.update(S1, { pinned: true })).rejects.toMatchObject({ code: "forbidden", retryable: false });
  });
});

describe("threads of a local backend", () => {
  it("counts answers after one's own newest message, and what is being said not at all", async () => {
    const backend = createLocalBackend();
    const threads = localThreads(backend);
    const session = backend.session(S1);
    session.commit([userMessage({ id: "m1", text: "Hello" })]);
    session.commit([assistantMessage({ id: "m2", text: "Hi" })]);
    session.commit([userMessage({ id: "m3", text: "And?" })]);
    session.commit([assistantMessage({ id: "m4", text: "First" })]);
    session.commit([assistantMessage({ id: "m5", text: "Sec", streaming: true })]);
    expect((await threads.list()).threads).toMatchObject([{ title: "Hello", preview: "First", unread: 1 }]);
  });

  it("fails with its network, and with loads that fail", async () => {
    const backend = createLocalBackend();
    const threads = localThreads(backend);
    backend.network.failLoads(new SessionStreamError("storage_unavailable", "no disk"));
    await expect(threads.list()).rejects.toMatchObject({ code: "storage_unavailable" });
    backend.network.setOnline(false);
    await expect(threads.update(S1, { pinned: true })).rejects.toMatchObject({ code: "network" });
  });
});
