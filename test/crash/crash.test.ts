import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it, type TestContext } from "vitest";
import { expectRecovery, expectSound } from "./after-crash.ts";
import { ada } from "./chat-under-test.ts";
import { CommandLedger } from "./command-ledger.ts";
import { aCommand, aFile, aRecital, crashServers } from "./crash-scene.ts";
import type { SentCommand } from "./crashing-server.ts";
import { MOMENTS, type Moment } from "./moments.ts";

type Cleanup = TestContext["onTestFinished"];

const TIMEOUT_MS = 120_000;
const aServer = crashServers(TIMEOUT_MS);

async function isStored(path: string, { id, session }: SentCommand): Promise<boolean> {
  const storage = sqliteStorage({ path, synchronous: "NORMAL" });
  const stored = await storage.command({ tenant: ada.tenant, session }, id);
  await storage.close();
  return stored !== null;
}

async function dieOnFirstCommand(moment: Moment, onTestFinished: Cleanup) {
  const path = aFile(onTestFinished);
  const server = await aServer(onTestFinished, path, { moment, occurrence: 1 });
  const command = aCommand(0);
  server.submit(command);
  await server.died();
  expect([...server.acknowledged.keys()]).toEqual([]);
  await expectSound(path, server.sent, server.acknowledged);
  const stored = await isStored(path, command);
  await expectRecovery(path, server.sent, server.acknowledged);
  return stored;
}

/** At which pass of a moment a server dies, life after life: there is one rebuild in a life, and nine new commands. */
function fatalPasses(moment: Moment): readonly number[] {
  if (moment.endsWith("rebuild")) return [1, 1, 1];
  return /checkpoint|entity|command/.test(moment) ? [1, 2, 4] : [1, 9, 40];
}

describe.concurrent("kill -9", { timeout: TIMEOUT_MS }, () => {
  it.for([
    "decided",
    "before-commit",
    "sql-before-begin",
    "sql-after-begin",
    "sql-after-head",
    "sql-after-event",
    "sql-after-command",
    "sql-before-commit",
  ] as const)("F-S1 at %s: nothing happened, and sending it again works", async (moment, { onTestFinished }) => {
    expect(await dieOnFirstCommand(moment, onTestFinished)).toBe(false);
  });

  it.for(["sql-after-commit", "after-commit", "after-swap", "after-fan-out", "after-ack"] as const)(
    "F-S2 I4 at %s: it happened, and sending it again gives the first outcome",
    async (moment, { onTestFinished }) => {
      expect(await dieOnFirstCommand(moment, onTestFinished)).toBe(true);
    },
  );

  it.for(MOMENTS)(
    "F-D1 I3 H36 at %s, life after life under load: what was acknowledged is there once, nothing is half",
    async (moment, { onTestFinished }) => {
      const path = aFile(onTestFinished);
      const ledger = new CommandLedger();
      for (const [life, occurrence] of fatalPasses(moment).entries()) {
        const server = await aServer(onTestFinished, path, { moment, occurrence });
        for (const command of ledger.sent) server.submit(command);
        server.submit(aRecital(life, `recitals-${life}`));
        for (let number = 0; number < 8; number++)
          server.submit(aCommand(`${life}-${number}`, `session-${number % 2}`));
        if (moment.endsWith("rebuild")) {
          await server.acknowledgedAtLeast(server.sent.length);
          server.rebuild("session-0");
        }
        await server.died();
        ledger.take(server, life);
        await expectSound(path, ledger.sent, ledger.acknowledged);
      }
      await expectRecovery(path, ledger.sent, ledger.acknowledged);
    },
  );

  it.for([8, 60, 150])(
    "F-S3 F-R1 F-R2 at event %i of a streamed answer: its beginning stays, its run ends, the next answer is another message",
    async (occurrence, { onTestFinished }) => {
      const path = aFile(onTestFinished);
      const server = await aServer(onTestFinished, path, { moment: "sql-after-event", occurrence });
      const asked = aRecital("begun", "session-1");
      server.submit(asked);
      await server.died();
      await expectSound(path, server.sent, server.acknowledged);
      const next = aRecital("next", "session-1");
      const { runEnds } = await expectRecovery(path, [asked, next], server.acknowledged);
      expect(runEnds).toEqual(["ChatRunInterrupted", "ChatRunFinished"]);
    },
  );
});
