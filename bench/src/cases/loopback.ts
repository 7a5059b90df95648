/**
 * G7: from publish to the client's store over loopback, at 100 events a second, every commit synced to disk. The server
 * is another process. Frames are shown in the turn after they came: a screen's own frame comes on top.
 */
import { once } from "node:events";
import { createChatClient, defaultPlatform, sessionstreamBackend } from "@sessionstream/client";
import { entityKey, sessionId } from "@sessionstream/protocol";
import { WebSocket } from "ws";
import type { BenchCase } from "../case.ts";
import { atMost } from "../goal.ts";
import { percentile } from "../measure.ts";
import { printFacts } from "../report.ts";
import { heard, startProgram } from "../run-process.ts";

const SESSION = "loopback";

export const loopback: BenchCase = {
  async run({ pick }) {
    const count = pick(2_000, 200);
    const publisher = startProgram("publisher", [SESSION, "100", `${count}`]);
    const { port, messageId } = await heard<{ readonly port: number; readonly messageId: string }>(publisher);
    const shown = await watchStore(port, messageId);
    const echoed = await watchSocket(port);
    publisher.send("go");
    await once(publisher, "exit");
    shown.close();
    const p50 = percentile(shown.delays, 0.5);
    const p99 = percentile(shown.delays, 0.99);
    const echo50 = percentile(echoed, 0.5);
    const echo99 = percentile(echoed, 0.99);
    printFacts("G7", `publish → visible, ${count} events at 100 a second, SQLite FULL, ms`, {
      "p50, publish to store": p50,
      "p99, publish to store": p99,
      "p50, bare socket to JSON.parse": echo50,
      "p99, bare socket to JSON.parse": echo99,
      "p50, ratio": p50 / echo50,
      "p99, ratio": p99 / echo99,
      "events seen": shown.delays.length,
    });
    return [
      atMost("G7", "p50, without the screen's frame", p50, 2, "ms"),
      atMost("G7", "p99, without the screen's frame", p99, 10, "ms"),
    ];
  },
};

/** Milliseconds since the publisher read the clock. */
function since(at: string): number {
  return Number(process.hrtime.bigint() - BigInt(at)) / 1e6;
}

async function watchStore(port: number, messageId: string): Promise<{ readonly delays: number[]; close(): void }> {
  const delays: number[] = [];
  const platform = {
    ...defaultPlatform(),
    requestFrame(callback: () => void) {
      const frame = setImmediate(callback);
      return () => clearImmediate(frame);
    },
  };
  const backend = sessionstreamBackend({ url: `http://127.0.0.1:${port}/api/chat`, webSocket: WebSocket, platform });
  const client = createChatClient({ backend, platform });
  const { thread } = client.acquire(sessionId(SESSION));
  while (thread.getStatus().hydration.type !== "ready") await new Promise((resolve) => setTimeout(resolve, 5));
  const key = entityKey("ChatMessage", messageId);
  let read = contentOf(thread.timeline.getEntity(key)?.payload).length;
  thread.timeline.subscribeEntity(key, () => {
    const content = contentOf(thread.timeline.getEntity(key)?.payload);
    for (const at of content.slice(read).split(";")) if (at !== "") delays.push(since(at));
    read = content.length;
  });
  return { delays, close: () => client.close() };
}

function contentOf(payload: { readonly [field: string]: unknown } | undefined): string {
  const content = payload?.["content"];
  return typeof content === "string" ? content : "";
}

async function watchSocket(port: number): Promise<readonly number[]> {
  const delays: number[] = [];
  const websocket = new WebSocket(`ws://127.0.0.1:${port}/bare`);
  websocket.on("message", (data) => {
    // CAST: what publisher.ts sends.
    const { at } = JSON.parse(data.toString()) as { readonly at: string };
    delays.push(since(at));
  });
  await once(websocket, "open");
  return delays;
}
