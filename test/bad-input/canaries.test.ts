/**
 * Canaries in whatever a stranger may write, and in what an engine fails with; then everything the server says beside
 * the answers to their owner is searched for them.
 */

import { createHub, type ErrorRecord, memoryStorage } from "@sessionstream/server-node";
import { chat, type Engine } from "@sessionstream/server-node/chat";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { createWebSocketTransport, type TransportRecord } from "@sessionstream/server-node/ws";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MemorySocket } from "../server-faults/harness/memory-socket.ts";

const CANARY = "CANARY-7f3a";
/** With what forges lines and moves cursors. */
const FORGED = `${CANARY}\r\n\u001b[31m2026 INFO admin signed in`;
const lines: string[] = [];

beforeEach(() => {
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...said) => void lines.push(said.map(String).join(" ")));
  }
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => void lines.push(String(warning)));
});
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

// biome-ignore lint/correctness/useYield: it fails before it says anything.
const failing: Engine = async function* () {
  throw new Error(`the key ${FORGED} was refused`);
};

function server(authenticate: () => { id: string; tenant: string } | null = () => ({ id: "ada", tenant: "acme" })) {
  const records: ErrorRecord[] = [];
  const seen: TransportRecord[] = [];
  const hub = createHub({
    storage: memoryStorage(),
    modules: [chat({ engine: failing })],
    authorize({ session }) {
      if (session === "undecidable") throw new Error(`no database for ${FORGED}`);
      return true;
    },
    onError: (record) => records.push(record),
  });
  const access = { authenticate, origins: [], allowMissingOrigin: true } as const;
  const http = createChatHttpHandler({ hub, ...access });
  const ws = createWebSocketTransport({ hub, ...access, observer: (record) => seen.push(record) });
  return { hub, http, ws, records, seen };
}

const headers = {
  "content-type": "application/json",
  authorization: `Bearer ${CANARY}`,
  cookie: `session=${CANARY}`,
  "user-agent": CANARY,
  "x-forwarded-for": CANARY,
};

async function post(http: ReturnType<typeof server>["http"], path: string, body: string): Promise<string> {
  const url = `https://chat.example/api/chat${path}?token=${CANARY}`;
  const response = await http(new Request(url, { method: "POST", headers, body }));
  return `${JSON.stringify([...response.headers])} ${await response.text()}`;
}

it("X31 no payload, token or query string reaches a log, an observer or an error", async () => {
  const { hub, http, ws, records, seen } = server();
  const attachment = { filename: CANARY, url: `https://${CANARY}`, metadata: { [CANARY]: CANARY }, detail: CANARY };
  const answers = [
    await post(http, "/sessions/s-1/messages", JSON.stringify({ prompt: FORGED, attachments: [attachment] })),
    await post(http, "/sessions/s-1/messages", `{"prompt":"${CANARY}`),
    await post(http, "/sessions/s-1/messages", JSON.stringify({ prompt: 7, x: CANARY })),
    await post(http, "/sessions/s-1/messages", JSON.stringify({ prompt: "x", attachments: [{ width: CANARY }] })),
    await post(http, "/sessions/s-1/messages", JSON.stringify({ prompt: "x", busyPolicy: CANARY })),
    await post(http, "/sessions/s-1/stop", JSON.stringify({ runId: [CANARY] })),
    await post(http, "/sessions/undecidable/messages", JSON.stringify({ prompt: CANARY })),
  ];
  const socket = await new MemorySocket().connect(ws);
  socket.subscribe("s-1");
  socket.sayText(`{"subscribe":${CANARY}`);
  socket.sayText(JSON.stringify({ subscribe: { sessionId: `${CANARY} no id` } }));
  socket.say({ ping: { nonce: CANARY } });
  while (!socket.texts.some((text) => text.includes("pong"))) await new Promise((resolve) => setImmediate(resolve));
  await hub.close();
  const shown = socket.texts.filter((text) => !text.includes("pong")).join();
  const logged = JSON.stringify([seen, records.map(({ raw: _, message: __, ...record }) => record)]);
  expect(answers.join("\n")).not.toContain(CANARY);
  expect(logged).not.toContain(CANARY);
  // What an engine failed with is not the reader's.
  expect(shown).not.toContain("was refused");
});

it("X31 X32 what goes wrong here is one line of the log, and the client gets its id", async () => {
  const { hub, http } = server();
  const answer = await post(http, "/sessions/undecidable/messages", JSON.stringify({ prompt: "x" }));
  expect(answer).toMatch(/"errorId":"[^"]+"/);
  expect(answer).not.toContain(CANARY);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[\x20-\x7e]*$/);
  await hub.close();
});

it("X31 X32 an authenticate that fails with a token in its words warns in one printable line, and closes without them", async () => {
  const { hub, ws } = server(() => {
    throw new Error(FORGED);
  });
  const socket = await new MemorySocket().connect(ws);
  while (socket.closeCode === null) await new Promise((resolve) => setImmediate(resolve));
  expect(socket.closeCode).toBe(4000);
  expect(socket.texts.join()).not.toContain(CANARY);
  for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]*$/);
  await hub.close();
});
