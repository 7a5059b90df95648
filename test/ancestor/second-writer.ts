// The other process: a hub of its own over the same file. `second-writer.ts <file> <session>`.
import { createHub } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { grown, notesModule } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { sessionKey } from "../server-faults/harness/notes-hub.ts";

const [path = "", session = ""] = process.argv.slice(2);

const hub = createHub({
  storage: sqliteStorage({ path, synchronous: "NORMAL" }),
  modules: [notesModule()],
  authorize: () => true,
  checkpoint: "always",
});

process.on("message", async (deltas: number) => {
  for (let count = 0; count < deltas; count += 1) {
    await retrying(() => hub.publish(sessionKey(session), [grown("a", "ha")]));
  }
  process.send?.("done");
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

/** `busy` says that nothing was stored: the one answer after which a publish may be tried again. */
async function retrying(publish: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await publish();
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "busy")) throw error;
    }
  }
}
