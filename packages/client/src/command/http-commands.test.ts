import { commandId, sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { CommandSubmission } from "../backend/chat-backend.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { httpCommands } from "./http-commands.ts";
import type { HttpSendOptions } from "./http-send.ts";

const START: CommandSubmission = {
  session: sessionId("s-1"),
  name: "ChatStartInference",
  commandId: commandId("cmd-1"),
  payload: { prompt: "Hello" },
};
const NEVER = new AbortController().signal;

interface Seen {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
}

function server(
  respond: (seen: Seen, attempt: number) => Response | Promise<Response>,
  options: Partial<HttpSendOptions> = {},
) {
  const platform = createManualPlatform();
  const requests: Seen[] = [];
  const commands = httpCommands({
    url: "/api/chat",
    platform,
    headers: () => Promise.resolve({}),
    beforeRequest: undefined,
    refresh: undefined,
    fetch: (input, init) => {
      const seen = {
        url: String(input),
        method: init?.method,
        headers: new Headers(init?.headers),
        body: JSON.parse(String(init?.body)),
      };
      requests.push(seen);
      const aborted = new Promise<never>((_, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      });
      return Promise.race([Promise.resolve(respond(seen, requests.length)), aborted]);
    },
    ...options,
  });
  return { commands, requests, platform };
}

const ok = (body: object) => Response.json({ accepted: true, ...body });
const fails =
  (status: number, body: BodyInit, headers: HeadersInit = {}) =>
  () =>
    new Response(body, { status, headers });

describe("commands over HTTP", () => {
  it("posts a prompt under its command's id and returns where it took effect", async () => {
    const { commands, requests } = server(() => ok({ epoch: "e", ordinal: "18446744073709551615" }));
    await expect(commands.submit(START, NEVER)).resolves.toEqual({ epoch: "e", ordinal: 18_446_744_073_709_551_615n });
    expect(requests[0]).toMatchObject({
      url: "/api/chat/sessions/s-1/messages",
      method: "POST",
      body: { prompt: "Hello", idempotencyKey: "cmd-1" },
    });
    expect(requests[0]?.headers.get("content-type")).toBe("application/json");
  });

  it("posts a stop to its own route, and knows no other command", async () => {
    const { commands, requests } = server(() => ok({ epoch: "e", ordinal: "3" }));
    await commands.submit({ ...START, name: "ChatStopInference", payload: { runId: "r" } }, NEVER);
    expect(requests[0]).toMatchObject({
      url: "/api/chat/sessions/s-1/stop",
      body: { runId: "r", idempotencyKey: "cmd-1" },
    });
    await expect(commands.submit({ ...START, name: "toString" }, NEVER)).rejects.toMatchObject({
      code: "unknown_command",
    });
    expect(requests).toHaveLength(1);
  });

  it("C39 posts an answer to an approval to its own route, with what was shown", async () => {
    const { commands, requests } = server(() => ok({ epoch: "e", ordinal: "4" }));
    const payload = { approvalId: "t:approval", digest: "d", decision: "CHAT_APPROVAL_DECISION_DENY", reason: "no" };
    await commands.submit({ ...START, name: "ChatAnswerApproval", payload }, NEVER);
    expect(requests[0]).toMatchObject({
      url: "/api/chat/sessions/s-1/approvals",
      body: { ...payload, idempotencyKey: "cmd-1" },
    });
  });

  it("a reference server's bare acceptance is a receipt without a place", async () => {
    const { commands } = server(() => ok({ sessionId: "s-1", status: "running" }));
    await expect(commands.submit(START, NEVER)).resolves.toEqual({ epoch: "", ordinal: 0n });
  });

  it("K28 hands every request to the hooks, by operation", async () => {
    const operations: string[] = [];
    const { commands, requests } = server(() => ok({ epoch: "e", ordinal: "3" }), {
      headers: (operation) => {
        operations.push(operation);
        return Promise.resolve({ "x-app": "shop" });
      },
      beforeRequest: (operation, init) => {
        operations.push(operation);
        return { ...init, method: "PUT" };
      },
    });
    await commands.submit(START, NEVER);
    expect(operations).toEqual(["send-message", "send-message"]);
    expect(requests[0]).toMatchObject({ method: "PUT" });
    expect(requests[0]?.headers.get("x-app")).toBe("shop");
  });

  it("K29 an error says the operation, the status and the server's own words", async () => {
    const body = JSON.stringify({
      error: "A run is active",
      code: "run_busy",
      retryable: false,
      reason: "shop_closed",
    });
    const { commands } = server(fails(409, body));
    await expect(commands.submit(START, NEVER)).rejects.toMatchObject({
      message: "An answer is being written. Wait for it, then try again.",
      cause: new Error("send-message failed: 409 run_busy: A run is active"),
      code: "run_busy",
      retryable: false,
      reason: "shop_closed",
    });
  });

  it("X31 what a server or a proxy says is for developers, never in the message", async () => {
    const canary = "CANARY /var/www/app.php line 3 <script>alert(1)</script>";
    for (const [status, code] of [
      [409, "command_rejected"],
      [429, "rate_limited"],
      [500, "internal"],
      [418, "no_code_of_ours"],
    ] as const) {
      const { commands } = server(fails(status, JSON.stringify({ code, error: canary })));
      const error: unknown = await commands.submit(START, NEVER).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: expect.not.stringContaining("CANARY"), cause: expect.anything() });
      expect(String(error instanceof Error && error.cause)).toContain("CANARY");
    }
  });

  it.each([
    [400, "bad_request", false],
    [401, "unauthenticated", false],
    [403, "forbidden", false],
    [404, "not_found", false],
    [413, "payload_too_large", false],
    [418, "bad_request", false],
    [429, "rate_limited", true],
    [500, "internal", true],
    [502, "network", true],
    [503, "busy", true],
    [504, "timeout", true],
  ])("K29 a proxy's bare %i is %s, retryable: %s", async (status, code, retryable) => {
    const { commands } = server(fails(status, "<html>Oops</html>"));
    await expect(commands.submit(START, NEVER)).rejects.toMatchObject({ code, retryable });
  });

  it("honours Retry-After in seconds and as a date, and the body before it", async () => {
    const retryAfterMs = async (header: string, body = "") => {
      const { commands } = server(fails(503, body, { "retry-after": header }));
      return commands.submit(START, NEVER).catch((error: { retryAfterMs?: number }) => error.retryAfterMs);
    };
    await expect(retryAfterMs("7")).resolves.toBe(7_000);
    await expect(retryAfterMs(new Date(1_700_000_009_000).toUTCString())).resolves.toBe(9_000);
    await expect(retryAfterMs("soon")).resolves.toBeUndefined();
    await expect(retryAfterMs("7", JSON.stringify({ code: "busy", retryAfterMs: 250 }))).resolves.toBe(250);
  });

  it("a request that reached nobody may be sent again", async () => {
    const { commands } = server(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(commands.submit(START, NEVER)).rejects.toMatchObject({ code: "network", retryable: true });
  });

  it("an answer that is no receipt leaves the outcome open, and sending again is safe", async () => {
    const { commands } = server(() => new Response("<html>Welcome to the hotel</html>"));
    await expect(commands.submit(START, NEVER)).rejects.toMatchObject({ code: "outcome_unknown", retryable: true });
  });

  it("K10 aborts, at once or on the way, and leaves no timer", async () => {
    const { commands, platform } = server(() => new Promise(() => {}));
    const aborting = new AbortController();
    const sent = commands.submit(START, aborting.signal);
    aborting.abort();
    await expect(sent).rejects.toMatchObject({ code: "aborted", retryable: false });
    await expect(commands.submit(START, aborting.signal)).rejects.toMatchObject({ code: "aborted" });
    expect(platform.timers).toBe(0);
  });

  it("K12 gives up a server that does not answer", async () => {
    const { commands, platform } = server(() => new Promise(() => {}));
    const sent = commands.submit(START, NEVER);
    await Promise.resolve();
    platform.advance(30_000);
    await expect(sent).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  it("G52 a refused token is refreshed once, then the refusal stands", async () => {
    let refreshed = 0;
    const refresh = () => {
      refreshed += 1;
      return Promise.resolve();
    };
    const healed = server((_, attempt) => (attempt === 1 ? new Response("", { status: 401 }) : ok({ ordinal: "1" })), {
      refresh,
    });
    await healed.commands.submit(START, NEVER);
    const stubborn = server(fails(401, ""), { refresh });
    await expect(stubborn.commands.submit(START, NEVER)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(refreshed).toBe(2);
    expect(stubborn.requests).toHaveLength(2);
  });
});
