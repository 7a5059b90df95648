// The other process: a hub of its own over the same file. `second-writer.ts <file> <session>`.
import { createHub } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { grown, notesModule } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { sessionKey } from "../server-faults/harness/notes-hub.ts";
import { untilStored } from "../setup/until-stored.ts";

const [path = "", session = ""] = process.argv.slice(2);

const hub = createHub({
  storage: sqliteStorage({ path, synchronous: "NORMAL" }),
  modules: [notesModule()],
  authorize: () => true,
  checkpoint: "always",
});

process.on("message", async (deltas: number) => {
  for (let count = 0; count < deltas; count += 1) {
    await untilStored(() => hub.publish(sessionKey(session), [grown("a", "ha")]));
  }
  process.send?.("done");
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
