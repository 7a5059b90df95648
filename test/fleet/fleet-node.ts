// One node of a fleet, as an operator starts it: `fleet-node.js <settings>`. Reports over IPC what no client can see.
import { createServer } from "node:http";
import { createHub, type Doorbell, event } from "@sessionstream/server-node";
import { ChatUserMessageAccepted, chat, type Engine } from "@sessionstream/server-node/chat";
import { postgresDoorbell } from "@sessionstream/server-node/doorbell/postgres";
import { redisDoorbell } from "@sessionstream/server-node/doorbell/redis";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { serveChat } from "@sessionstream/server-node/node";
import { postgresStorage } from "@sessionstream/server-node/postgres";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import { Redis } from "ioredis";
import pg from "pg";
import { ada, recitedAnswer } from "../crash/chat-under-test.ts";
import { untilStored } from "../setup/until-stored.ts";
import type { NodeReport, NodeRequest, NodeSettings } from "./node-messages.ts";

// CAST: running-node.ts wrote it.
const settings = JSON.parse(process.argv[2] ?? "") as NodeSettings;
const { bus, schema } = settings;
const report = (message: NodeReport) => void process.send?.(message);

const pool = new pg.Pool({ connectionString: settings.postgresUrl, application_name: schema, max: 10 });
// An idle connection that breaks is replaced by the pool; the storage hears of the others.
pool.on("error", () => undefined);

function openBus(): Doorbell | undefined {
  switch (bus.type) {
    case "redis": {
      const client = new Redis(bus.url);
      client.on("error", () => undefined);
      return redisDoorbell({ client, prefix: `${schema}:` });
    }
    case "postgres":
      return postgresDoorbell({ pool, channel: schema });
    case "none":
      return undefined;
  }
}

/** Of each ten heads that are rung `lost` reach nobody, and whoever rings believes they did. */
function lossy(doorbell: Doorbell, lost: number): Doorbell {
  let rung = 0;
  return {
    listen: (listener) => doorbell.listen(listener),
    async ring(notice) {
      if (notice.type === "head") rung += 1;
      if (notice.type === "head" && (rung * 7) % 10 < lost) return;
      await doorbell.ring(notice);
    },
  };
}

const CHUNK = /.{1,300}/gs;

const DELETE = { toolCallId: "call-1", toolName: "delete_file", input: { path: "a.txt" } };

/** Recites what a prompt names, asks before it deletes; to any other prompt it talks until it is stopped. */
const engine: Engine = async function* (request, signal) {
  const { session } = request.session;
  const tell = (state: "started" | "stopped") => report({ type: "engine", session, state });
  tell("started");
  signal.addEventListener("abort", () => tell("stopped"));
  if (request.prompt.startsWith("delete")) {
    if (request.resumed === null) {
      yield { type: "tool-call", ...DELETE };
      yield { type: "tool-approval-request", ...DELETE };
    }
    for (const { toolCallId, decision } of request.resumed?.answers ?? []) {
      if (decision !== "approved") continue;
      report({ type: "executed", session });
      if (request.prompt === "delete slowly") await request.sleep(600_000);
      yield { type: "tool-result", toolCallId, result: "deleted" };
    }
    return;
  }
  const answer = recitedAnswer(request.prompt);
  if (answer !== null) {
    for (const text of answer.match(CHUNK) ?? []) {
      yield { type: "text-delta", id: "1", text };
      await request.sleep(5);
    }
    return;
  }
  for (let n = 0; !signal.aborted; n += 1) {
    yield { type: "text-delta", id: "1", text: `${n} ` };
    await request.sleep(50);
  }
};

const doorbell = openBus();
const hub = createHub({
  storage: await postgresStorage({ pool, schema }),
  modules: [chat({ engine, maxQueuedRuns: 10_000 })],
  authorize: () => true,
  limits: settings.limits,
  ...(doorbell && { doorbell: lossy(doorbell, settings.ringsLost) }),
});
const MANY = 1_000_000;
const access = { authenticate: () => ada, origins: [], allowMissingOrigin: true } as const;
const ws = createWebSocketTransport({
  hub,
  ...access,
  limits: { maxConnectionsPerPrincipal: MANY, maxConnectionsPerAddress: MANY, maxPendingHandshakesPerAddress: MANY },
});
const http = createChatHttpHandler({ hub, ...access, limits: { commands: { perSecond: MANY, burst: MANY } } });
const server = createServer();
serveChat(server, { http, ws });
server.listen(settings.port, "127.0.0.1", () => report({ type: "ready" }));

let bellState = "";
setInterval(() => {
  const state = hub.stats().doorbell;
  if (state !== bellState) report({ type: "doorbell", state });
  bellState = state;
}, 20).unref();

async function publish({ session, name, count }: NodeRequest["publish"]): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const messageId = `${name}-${n}`;
    const message = event(ChatUserMessageAccepted, { messageId, role: "user", content: "", status: "accepted" });
    await untilStored(() => hub.publish({ tenant: ada.tenant, session }, [message]));
  }
}

process.on("message", (request: NodeRequest) => {
  publish(request.publish).then(
    () => report({ type: "done", id: request.id }),
    (error: unknown) => report({ type: "failed", id: request.id, error: String(error) }),
  );
});

/** As the guide says: nobody new, everybody away, then the hub. */
async function goDown(): Promise<void> {
  const begun = performance.now();
  const leftAtMs: number[] = [];
  const watch = setInterval(() => {
    while (leftAtMs.length < before - ws.connections().length) leftAtMs.push(performance.now() - begun);
  }, 5);
  const before = ws.connections().length;
  server.close();
  await ws.drain({ spreadMs: settings.drainSpreadMs });
  clearInterval(watch);
  await hub.close();
  const last: NodeReport = { type: "drained", leftAtMs };
  process.send?.(last, () => process.exit(0));
}

process.once("SIGTERM", () => void goDown());
process.once("disconnect", () => process.exit());
