/** Owns what may be typed: commands, options, and the words of a session. */
import { parseArgs } from "node:util";
import { parseOrdinal, SessionStreamError } from "@sessionstream/protocol";
import type { SessionKey } from "../../storage/contract.ts";

const OPTIONS = {
  storage: { type: "string" },
  modules: { type: "string" },
  json: { type: "boolean", default: false },
  "as-of": { type: "string" },
  limit: { type: "string" },
  format: { type: "string" },
  as: { type: "string" },
  all: { type: "boolean", default: false },
  "keep-events": { type: "string" },
  "keep-days": { type: "string" },
  yes: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

export const USAGE = `Usage: sessionstream <command> --storage <storage> [options]

  inspect <session> [--limit n]         head, cursors, entities, and what fails when it is loaded
  replay <session> [--as-of ordinal]    entities at an ordinal of the past
  verify [session]                      log dense, tags right, entities what the log says; without a name, all sessions
  rebuild <session>                     derive the entities anew
  export <session> [--format f]         jsonl (the whole log, default), json or markdown (a transcript)
  import <file|-> [--as session]        make a session of an exported log
  retain <session>|--all                shorten logs: --keep-events n and --keep-days n
  erase <session> <ordinal...> --yes    take back what events said

  --storage  sqlite:chat.db, postgres://…, or a module that exports "storage" (and "modules")
  --modules  a module that exports the hub's modules; default: the chat without plugins of your own
  --json     answers for programs

A session is written tenant/session. Exit codes: 0 done, 1 problems found, 2 wrong usage, 3 not found, 4 in the way of
somebody else, 5 storage or data broken.
`;

export type Arguments = ReturnType<typeof readArguments>;

/** @throws bad_request */
export function readArguments(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const [command = "", ...operands] = positionals;
    return { ...values, command, operands };
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

export function usage(problem: string): SessionStreamError {
  return new SessionStreamError("bad_request", `${problem} See sessionstream --help.`);
}

/** Session ids have no slash, tenants may. */
export function readSession(word: string | undefined): SessionKey {
  const slash = word?.lastIndexOf("/") ?? -1;
  if (word === undefined || slash === -1) throw usage("Name a session: tenant/session.");
  return { tenant: word.slice(0, slash), session: word.slice(slash + 1) };
}

export function readOrdinalWord(word: string): bigint {
  const ordinal = parseOrdinal(word);
  if (ordinal === null) throw usage(`"${word}" is no ordinal.`);
  return ordinal;
}

export function readCount(word: string | undefined, option: string): number | undefined {
  if (word === undefined) return undefined;
  if (!/^\d{1,9}$/.test(word)) throw usage(`--${option} takes a whole number.`);
  return Number(word);
}
