#!/usr/bin/env node
import { runCli } from "@sessionstream/server-node/cli";

// Whoever reads may have seen enough, as `head` has. What was begun is done all the same.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await runCli(process.argv.slice(2), process);
