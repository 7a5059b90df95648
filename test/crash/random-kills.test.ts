import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, type TestContext } from "vitest";
import { expectRecovery, expectSound } from "./after-crash.ts";
import { CommandLedger } from "./command-ledger.ts";
import { CrashFigures } from "./crash-figures.ts";
import { aCommand, aFile, aRecital, crashServers } from "./crash-scene.ts";
import type { CrashingServer } from "./crashing-server.ts";

/** `npm run crash:long` sets it; then the figures are printed. */
const KILLS = Number(process.env["CRASH_KILLS"] ?? 24);
const LIVES_PER_FILE = 12;
const FILES = Math.ceil(KILLS / LIVES_PER_FILE);
const COMMANDS_PER_LIFE = 24;
/** Spread over what a life does with its commands. */
const KILL_WITHIN_MS = 60;
/** Serving again takes a second or two; the rest is for machines that do other things too. The figure is printed. */
const SERVING_WITHIN_MS = 60_000;
const TIMEOUT_MS = LIVES_PER_FILE * SERVING_WITHIN_MS;

const aServer = crashServers(TIMEOUT_MS);

/** The kill is to come at any moment, so its time is the one thing here that is left to chance. */
function atAnyMoment(): Promise<void> {
  return setTimeout(Math.random() * KILL_WITHIN_MS);
}

function sendCommands(server: CrashingServer, life: number): void {
  server.submit(aRecital(life, `recitals-${life}`));
  for (let number = 0; number < COMMANDS_PER_LIFE; number++) {
    server.submit(aCommand(`${life}-${number}`, `session-${life}-${number % 3}`));
  }
}

/** One life: what the life before was sent is sent again, new commands with it, then the kill. */
async function live(
  life: number,
  path: string,
  ledger: CommandLedger,
  figures: CrashFigures,
  onTestFinished: TestContext["onTestFinished"],
): Promise<void> {
  const born = performance.now();
  const server = await aServer(onTestFinished, path);
  for (const command of ledger.sentInLife(life - 1)) server.submit(command);
  sendCommands(server, life);
  // One life in four ends before it has answered anything, perhaps.
  let servingMs: number | null = null;
  if (life % 4 !== 3) {
    await server.acknowledgedWithin(1, SERVING_WITHIN_MS);
    servingMs = performance.now() - born;
  }
  await atAnyMoment();
  await server.kill();
  const { acknowledged, sent } = server;
  figures.killed({ inFlight: sent.length - acknowledged.size, acknowledged: acknowledged.size, servingMs });
  ledger.take(server, life);
  const touched = [...ledger.sentInLife(life - 1), ...ledger.sentInLife(life)];
  await expectSound(path, touched, ledger.acknowledged);
}

describe.concurrent("kill -9 at any moment", { timeout: TIMEOUT_MS }, () => {
  const figures = new CrashFigures();

  it.for(Array.from({ length: FILES }, (_, file) => file + 1))(
    "I3 H32 file %i: many lives, each sends again what the one before was sent",
    async (_file, { onTestFinished }) => {
      const path = aFile(onTestFinished);
      const ledger = new CommandLedger();
      for (let life = 0; life < LIVES_PER_FILE; life++) await live(life, path, ledger, figures, onTestFinished);
      const { sent, acknowledged } = ledger;
      expect(sent).toHaveLength(LIVES_PER_FILE * (COMMANDS_PER_LIFE + 1));
      figures.recovered((await expectRecovery(path, sent, acknowledged)).orphansEndedMs);
      if ("CRASH_KILLS" in process.env) process.stdout.write(`${figures}\n`);
    },
  );
});
