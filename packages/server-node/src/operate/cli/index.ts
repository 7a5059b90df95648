// The command `sessionstream` as a function: for a command of your own that knows its storage and modules.
export { type CliStreams, runCli } from "./run-cli.ts";
