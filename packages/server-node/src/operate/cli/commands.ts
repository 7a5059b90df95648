/** Owns the commands, as data: each does one thing to an open target and answers with what there is to say. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { Hub } from "../../hub/hub.ts";
import { createHubRegistry } from "../../hub/hub-registry.ts";
import type { RetentionPolicy } from "../../hub/retention-policy.ts";
import { isMadeBy } from "../../hub/view-identity.ts";
import type { SessionKey } from "../../storage/contract.ts";
import { NOBODYS_VIEW, operatorHub } from "../copy-session.ts";
import { eachSession, retainSessions } from "../each-session.ts";
import { createEntityEncoder } from "../entity-json.ts";
import { exportSession } from "../export-session.ts";
import { importSession } from "../import-session.ts";
import { inspectSession, replaySession } from "../inspect-session.ts";
import { markdownOf, transcriptOf } from "../transcript.ts";
import { verifySession } from "../verify-session.ts";
import { type Arguments, readCount, readOrdinalWord, readSession, usage } from "./arguments.ts";
import type { OperatedTarget } from "./open-target.ts";

export interface Call extends OperatedTarget {
  readonly options: Arguments;
  /** The command's own lines: what can be piped on. */
  print(line: string): void;
  /** A record: as JSON, or in words. */
  say(record: JsonObject, words: string): void;
  readonly stdin: NodeJS.ReadableStream;
  readonly randomId: () => string;
}

/** Answers whether all is well. */
export type Command = (call: Call) => Promise<"well" | "problems">;

const DAY_MS = 86_400_000;

async function inspect(call: Call) {
  const session = readSession(call.options.operands[0]);
  const limit = readCount(call.options.limit, "limit");
  const seen = await inspectSession(call.storage, session, {
    modules: call.modules,
    ...(limit === undefined ? {} : { limit }),
  });
  const head = plain(seen.head);
  const errors = seen.errors.map((record) => plain({ ...record }));
  const { events, entities, removals } = seen;
  const record = {
    session: { ...session },
    head,
    events: events.toString(),
    entities: plain(entities),
    removals,
    errors,
  };
  const kinds = Object.entries(entities).map(
    ([kind, { stored, open }]) => `  ${kind}: ${stored}, ${open} of them open`,
  );
  const faults = seen.errors.map(
    ({ kind, code, ordinal, message }) => `  ${kind} ${code} at ${ordinal ?? "-"}: ${message}`,
  );
  const { ordinal, projected, horizon, floor, epoch, view } = seen.head;
  const words = [
    `${name(session)}: ${events} events up to ${ordinal} (floor ${floor}, projected ${projected}, horizon ${horizon})`,
    `  epoch ${epoch}, view ${view}, ${removals} removals`,
    ...kinds,
    ...(faults.length === 0 ? [] : ["errors when it is loaded:", ...faults]),
  ];
  call.say(record, words.join("\n"));
  return "well" as const;
}

async function replay(call: Call) {
  const { options, modules } = call;
  const session = readSession(options.operands[0]);
  const asOf = options["as-of"] === undefined ? {} : { asOf: readOrdinalWord(options["as-of"]) };
  const { entities } = await replaySession(call.storage, session, { modules, ...asOf });
  const encode = createEntityEncoder(modules);
  for (const entity of entities) call.print(JSON.stringify(encode(entity)));
  return "well" as const;
}

async function verify(call: Call) {
  const { operands } = call.options;
  const sessions = operands.length === 0 ? eachSession(call.storage) : [readSession(operands[0])];
  let all: "well" | "problems" = "well";
  for await (const session of sessions) {
    const { ordinal, problems, compared } = await verifySession(call.storage, session, call.modules);
    if (problems.length > 0) all = "problems";
    const sound = compared
      ? "sound"
      : "log sound; entities not compared: these modules did not make them, see --modules";
    const words = problems.length === 0 ? [sound] : problems;
    const record = { session: { ...session }, ordinal: ordinal?.toString() ?? null, problems: [...problems], compared };
    call.say(record, words.map((word) => `${name(session)}: ${word}`).join("\n"));
  }
  return all;
}

async function rebuild(call: Call) {
  const session = readSession(call.options.operands[0]);
  await onHub(call, session, (hub) => hub.rebuild(session));
  call.say({ session: { ...session }, rebuilt: true }, `${name(session)}: rebuilt`);
  return "well" as const;
}

async function exporting(call: Call) {
  const { options, modules } = call;
  const session = readSession(options.operands[0]);
  const format = options.format ?? "jsonl";
  if (format === "jsonl") {
    for await (const line of exportSession(call.storage, session)) call.print(line);
    return "well" as const;
  }
  if (format !== "json" && format !== "markdown") throw usage('--format is "jsonl", "json" or "markdown".');
  const { epoch, ordinal, entities } = await replaySession(call.storage, session, { modules });
  const snapshot = { sessionId: session.session, epoch, snapshotOrdinal: ordinal.toString() };
  const encode = createEntityEncoder(modules);
  const transcript = transcriptOf({ ...snapshot, entities: entities.map((entity) => ({ ...encode(entity) })) });
  call.print(format === "json" ? JSON.stringify(transcript) : markdownOf(transcript).trimEnd());
  return "well" as const;
}

async function importing(call: Call) {
  const { operands, as } = call.options;
  const [file] = operands;
  if (file === undefined) throw usage("Name a file to import, or - for the standard input.");
  const input = file === "-" ? call.stdin : createReadStream(file);
  const session = as === undefined ? {} : { session: readSession(as) };
  const imported = await importSession(call.storage, linesOf(input), { ...session, randomId: call.randomId });
  const { epoch, ordinal } = imported;
  const record = { session: { ...imported.session }, epoch, ordinal: ordinal.toString() };
  call.say(record, `${name(imported.session)}: imported up to ${ordinal}, epoch ${epoch}`);
  return "well" as const;
}

async function retain(call: Call) {
  const { options } = call;
  const keepEvents = readCount(options["keep-events"], "keep-events");
  const keepDays = readCount(options["keep-days"], "keep-days");
  const policy: RetentionPolicy = {
    ...(keepEvents === undefined ? {} : { keepEvents }),
    ...(keepDays === undefined ? {} : { keepMs: keepDays * DAY_MS }),
  };
  const tell = (session: SessionKey, { floor, removed }: { floor: bigint; removed: bigint }) =>
    call.say(
      { session: { ...session }, floor: floor.toString(), removed: removed.toString() },
      `${name(session)}: ${removed} events removed, floor ${floor}`,
    );
  if (!options.all) {
    const session = readSession(options.operands[0]);
    tell(session, await onHub(call, session, (hub) => hub.retain(session, policy)));
    return "well" as const;
  }
  let all: "well" | "problems" = "well";
  const hub = operatorHub(call.storage, call.modules);
  const sessions = retainSessions(hub, call.storage, policy, (session) => checkModules(call, session));
  for await (const done of sessions) {
    if (!("error" in done)) {
      tell(done.session, done);
      continue;
    }
    all = "problems";
    const { code, message } = done.error;
    call.say({ session: { ...done.session }, code, message }, `${name(done.session)}: ${code}: ${message}`);
  }
  await hub.drain();
  return all;
}

async function erase(call: Call) {
  const [word, ...rest] = call.options.operands;
  const session = readSession(word);
  const ordinals = rest.map(readOrdinalWord);
  if (ordinals.length === 0) throw usage("Name the ordinals of the events to erase.");
  if (!call.options.yes) throw usage("What is erased cannot be brought back: say --yes.");
  await onHub(call, session, (hub) => hub.erase(session, ordinals));
  const erased = ordinals.map(String);
  call.say({ session: { ...session }, erased }, `${name(session)}: erased ${erased.join(", ")}`);
  return "well" as const;
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  inspect,
  replay,
  verify,
  rebuild,
  export: exporting,
  import: importing,
  retain,
  erase,
};

async function onHub<Result>(call: Call, session: SessionKey, work: (hub: Hub) => Promise<Result>): Promise<Result> {
  await checkModules(call, session);
  const hub = operatorHub(call.storage, call.modules);
  try {
    return await work(hub);
  } finally {
    // Closing the hub would close the storage, which is the target's.
    await hub.drain();
  }
}

/** A hub with other modules would derive other entities, and store them in place of the app's. */
async function checkModules({ storage, modules }: Call, session: SessionKey): Promise<void> {
  const loaded = await storage.load(session);
  if (loaded === null) throw new SessionStreamError("session_not_found", `There is no session "${session.session}".`);
  const { view } = loaded.head;
  if (view === NOBODYS_VIEW || isMadeBy(view, createHubRegistry(modules).projectionsId)) return;
  const message = `Other modules than these made the entities of ${name(session)}: name the app's with --modules.`;
  throw new SessionStreamError("invalid_options", message);
}

async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SessionStreamError("bad_request", `The file cannot be read: ${reason}`, { cause });
  }
}

function name({ tenant, session }: SessionKey): string {
  return `${tenant}/${session}`;
}

function plain(value: object): JsonObject {
  const text = JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
  // CAST: it has just been made from an object.
  return JSON.parse(text) as JsonObject;
}
