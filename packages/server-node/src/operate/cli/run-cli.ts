/** Owns one run of the command: from words to an exit code. What went wrong is said once, on the error output. */
import { randomUUID } from "node:crypto";
import { type ErrorCode, SessionStreamError } from "@sessionstream/protocol";
import { type Arguments, readArguments, USAGE, usage } from "./arguments.ts";
import { type Call, COMMANDS } from "./commands.ts";
import { openTarget } from "./open-target.ts";

export interface CliStreams {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Anything that is not listed is a fault of the storage or the data. */
const EXIT_CODES: Readonly<Partial<Record<ErrorCode, number>>> = {
  bad_request: 2,
  invalid_options: 2,
  session_not_found: 3,
  gone: 3,
  conflict: 4,
  busy: 4,
};

/** @returns the exit code. */
export async function runCli(argv: readonly string[], streams: CliStreams): Promise<number> {
  try {
    return await run(readArguments(argv), streams);
  } catch (thrown) {
    const { code, message } = SessionStreamError.from(thrown);
    const asJson = argv.includes("--json");
    streams.stderr.write(`${asJson ? JSON.stringify({ code, error: message }) : `${code}: ${message}`}\n`);
    return EXIT_CODES[code] ?? 5;
  }
}

async function run(options: Arguments, { stdin, stdout }: CliStreams): Promise<number> {
  if (options.help) {
    stdout.write(USAGE);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, options.command) ? COMMANDS[options.command] : undefined;
  if (command === undefined) throw usage(`There is no command "${options.command}".`);
  if (options.storage === undefined) throw usage("Say which storage, as --storage sqlite:chat.db.");
  const target = await openTarget({ storage: options.storage, modules: options.modules });
  try {
    const print = (line: string) => void stdout.write(`${line}\n`);
    const say: Call["say"] = (record, words) => print(options.json ? JSON.stringify(record) : words);
    const outcome = await command({ ...target, options, print, say, stdin, randomId: randomUUID });
    return outcome === "well" ? 0 : 1;
  } finally {
    await target.close();
  }
}
