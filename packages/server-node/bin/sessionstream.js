#!/usr/bin/env node
import { runCli } from "@sessionstream/server-node/cli";

process.exitCode = await runCli(process.argv.slice(2), process);
