import { httpMessageRows } from "@sessionstream/client/message-rows";
import { memoryMessageRows } from "@sessionstream/server-node/message-rows";
import { describeMessageRowConformance } from "@sessionstream/server-node/testing/vitest";
import { expect, it, onTestFinished } from "vitest";
import { aRow } from "./a-row.ts";
import { serveRows } from "./rows-endpoints.ts";

async function overHttp() {
  const table = memoryMessageRows();
  const server = await serveRows(table);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { table, server, rows: httpMessageRows({ url: server.url }) };
}

describeMessageRowConformance("HTTP", async () => (await overHttp()).rows);

it.each([
  [401, "unauthenticated", false],
  [403, "forbidden", false],
  [413, "payload_too_large", false],
  [429, "rate_limited", true],
  [500, "internal", true],
  [503, "busy", true],
])(
  "G32 an endpoint that answers %i is a typed error that repeats nothing of the answer",
  async (status, code, retryable) => {
    const { server, rows } = await overHttp();
    server.answerWith(status);
    const expected = { code, retryable, message: expect.not.stringContaining("10.0.0.7") };
    await expect(rows.appendMessage(aRow("a"))).rejects.toMatchObject(expected);
    await expect(rows.loadMessages("thread-1")).rejects.toMatchObject(expected);
  },
);

it("a thread the endpoints do not know has no rows and is as good as removed; a row it refuses is not stored", async () => {
  const { server, rows } = await overHttp();
  server.answerWith(404);
  expect(await rows.loadMessages("thread-1")).toEqual([]);
  await rows.removeMessages("thread-1");
  await expect(rows.appendMessage(aRow("a"))).rejects.toMatchObject({ code: "not_found" });
});

it("G32 no connection, no answer in time and an answer that is none are told apart", async () => {
  let expire = (): void => undefined;
  const platform = {
    now: () => 0,
    setTimer(_delayMs: number, callback: () => void) {
      expire = callback;
      return () => undefined;
    },
  };
  const answering = (fetch: typeof globalThis.fetch) =>
    httpMessageRows({ url: "https://app.example/rows", fetch, platform }).loadMessages("t");
  const refused = answering(() => Promise.reject(new TypeError("ECONNRESET")));
  await expect(refused).rejects.toMatchObject({ code: "network", retryable: true });
  const strange = answering(async () => new Response("<html>"));
  await expect(strange).rejects.toMatchObject({ code: "bad_server_frame" });
  const hanging = answering(
    (_url, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
        expire();
      }),
  );
  await expect(hanging).rejects.toMatchObject({ code: "timeout", retryable: true });
});

it("asks for headers every time", async () => {
  let token = 0;
  const sent: (string | null)[] = [];
  const rows = httpMessageRows({
    url: "/rows",
    headers: () => ({ authorization: `Bearer ${++token}` }),
    fetch: async (_url, init) => {
      sent.push(new Headers(init?.headers).get("authorization"));
      return Response.json({ rows: [] });
    },
  });
  await rows.loadMessages("t");
  await rows.loadMessages("t");
  expect(sent).toEqual(["Bearer 1", "Bearer 2"]);
});
