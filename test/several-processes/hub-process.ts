// One of several hubs on one SQLite file, driven over IPC: `hub-process.ts <file>`. Its engine talks until it is told
// to stop.
import { createHub, event } from "@sessionstream/server-node";
import { ChatUserMessageAccepted, chat, type Engine } from "@sessionstream/server-node/chat";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import type { ProcessReport, ProcessRequest } from "./running-process.ts";

const principal = { id: "ada", tenant: "acme" };
const report = (message: ProcessReport) => process.send?.(message);

const engine: Engine = async function* (request, signal) {
  report({ type: "engine", session: request.session.session, state: "started" });
  signal.addEventListener("abort", () =>
    report({ type: "engine", session: request.session.session, state: "stopped" }),
  );
  for (let n = 0; !signal.aborted; n += 1) {
    yield { type: "text-delta", id: "1", text: `${n} ` };
    await request.sleep(20);
  }
};

const hub = createHub({
  storage: sqliteStorage({ path: process.argv[2] ?? "", synchronous: "NORMAL", shared: true }),
  modules: [chat({ engine })],
  authorize: () => true,
  // A lease must outlast the longest pause that a busy machine makes a process take by itself.
  limits: { leaseMs: 4_000, leaseSweepMs: 200, healMs: 200, maxAttempts: 1_000 },
});

async function answer(request: ProcessRequest): Promise<void> {
  const { session, id } = request;
  switch (request.type) {
    case "prompt":
      await hub.submit({ principal, session, command: "ChatStartInference", id, payload: { prompt: "Talk." } });
      break;
    case "stop":
      await hub.submit({ principal, session, command: "ChatStopInference", id, payload: {} });
      break;
    case "publish": {
      const message = (n: number) =>
        event(ChatUserMessageAccepted, { messageId: `${id}-${n}`, role: "user", content: "", status: "accepted" });
      const publish = (n: number) => hub.publish({ tenant: principal.tenant, session }, [message(n)]);
      // One after the other, so that each is a commit of its own and meets those of the other process.
      for (let n = 0; n < request.count; n += 1) await publish(n);
      break;
    }
  }
  report({ type: "done", id });
}

process.on("message", (request: ProcessRequest) => {
  answer(request).catch((error: unknown) => report({ type: "failed", id: request.id, error: String(error) }));
});
process.on("disconnect", () => process.exit());
report({ type: "ready" });
