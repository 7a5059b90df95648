// The process that is killed: a real hub with the real chat over a SQLite file, driven over IPC.
// `crash-server.ts <file> [moment occurrence]`: dies by SIGKILL when it passes the moment for that time.
import { SessionStreamError } from "@sessionstream/protocol";
import { createHub } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import Database from "libsql";
import { ada, chatModule } from "./chat-under-test.ts";
import type { ServerReport, ServerRequest } from "./crashing-server.ts";
import { type Moment, withMoments } from "./moments.ts";

const [path = "", fatalMoment = "", occurrence = "1"] = process.argv.slice(2);
let passesLeft = Number(occurrence);
/** Opening the file has a transaction of its own, which is not what is to be cut short. */
let isServing = false;

function pass(moment: Moment): void {
  if (!isServing || moment !== fatalMoment) return;
  passesLeft -= 1;
  if (passesLeft === 0) process.kill(process.pid, "SIGKILL");
}

const hub = createHub({
  storage: sqliteStorage({ database: withMoments(new Database(path), pass), synchronous: "NORMAL" }),
  modules: [chatModule()],
  authorize: () => true,
  checkpoint: { everyEvents: 20, idleMs: 5 },
  failpoint: pass,
});

const report = (message: ServerReport) => process.send?.(message);

async function answer(request: ServerRequest): Promise<void> {
  if (request.type === "rebuild") return hub.rebuild({ tenant: ada.tenant, session: request.session });
  const { id, session, prompt } = request;
  try {
    const { ordinal, outcome, repeated } = await hub.submit({
      principal: ada,
      session,
      command: "ChatStartInference",
      id,
      payload: { prompt },
    });
    report({ type: "acknowledged", id, ordinal, outcome: JSON.stringify(outcome), repeated });
  } catch (error) {
    report({ type: "refused", id, code: SessionStreamError.from(error).code });
  }
}

process.on("message", (request: ServerRequest) => void answer(request));
process.on("disconnect", () => process.exit());
isServing = true;
report({ type: "ready" });
