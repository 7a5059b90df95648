import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FailpointName } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { expectRecovery, expectSound } from "./after-crash.ts";
import { type BundledServer, bundleServer } from "./bundle-server.ts";
import { ada, PROMPTS } from "./chat-under-test.ts";
import { CrashingServer, type DieAt, type SentCommand } from "./crashing-server.ts";

const TIMEOUT_MS = 30_000;

let bundle: BundledServer;
beforeAll(async () => {
  bundle = await bundleServer();
}, TIMEOUT_MS);
afterAll(() => bundle.remove());

/** Tests run side by side, so each brings its own hook. */
type Cleanup = TestContext["onTestFinished"];

function aFile(onTestFinished: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-crash-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "chat.db");
}

function aCommand(number: number, session = "session-1"): SentCommand {
  return { id: `command-${number}`, session, prompt: PROMPTS[number % PROMPTS.length] ?? "hello" };
}

async function aServer(onTestFinished: Cleanup, path: string, dieAt?: DieAt): Promise<CrashingServer> {
  const server = new CrashingServer(bundle.program, path, dieAt);
  onTestFinished(() => server.kill());
  await server.start();
  return server;
}

async function isStored(path: string, { id, session }: SentCommand): Promise<boolean> {
  const storage = sqliteStorage({ path, synchronous: "NORMAL" });
  const stored = await storage.command({ tenant: ada.tenant, session }, id);
  await storage.close();
  return stored !== null;
}

async function dieOnFirstCommand(failpoint: FailpointName, onTestFinished: Cleanup) {
  const path = aFile(onTestFinished);
  const server = await aServer(onTestFinished, path, { failpoint, occurrence: 1 });
  const command = aCommand(0);
  server.submit(command);
  await server.died();
  expect([...server.acknowledged.keys()]).toEqual([]);
  await expectSound(path, server.sent, server.acknowledged);
  const stored = await isStored(path, command);
  await expectRecovery(path, server.sent, server.acknowledged);
  return stored;
}

describe.concurrent("kill -9", { timeout: TIMEOUT_MS }, () => {
  it.for(["decided", "before-commit"] as const)(
    "F-S1 at %s: nothing happened, and sending it again works",
    async (failpoint, { onTestFinished }) => {
      expect(await dieOnFirstCommand(failpoint, onTestFinished)).toBe(false);
    },
  );

  it.for(["after-commit", "after-swap", "after-fan-out", "after-ack"] as const)(
    "F-S2 at %s: it happened, and sending it again gives the first outcome",
    async (failpoint, { onTestFinished }) => {
      expect(await dieOnFirstCommand(failpoint, onTestFinished)).toBe(true);
    },
  );

  it.for(["before-checkpoint", "after-checkpoint"] as const)(
    "F-D1 at %s: the entities are a fold of the log",
    async (failpoint, { onTestFinished }) => {
      const path = aFile(onTestFinished);
      const server = await aServer(onTestFinished, path, { failpoint, occurrence: 2 });
      for (let number = 0; number < 3; number++) {
        server.submit(aCommand(number));
      }
      await server.died();
      await expectSound(path, server.sent, server.acknowledged);
      await expectRecovery(path, server.sent, server.acknowledged);
    },
  );

  it.for(["before-rebuild", "after-rebuild"] as const)(
    "H36 at %s: the old view or the new one, never a part",
    async (failpoint, { onTestFinished }) => {
      const path = aFile(onTestFinished);
      const server = await aServer(onTestFinished, path, { failpoint, occurrence: 1 });
      for (let number = 0; number < 3; number++) server.submit(aCommand(number));
      await server.acknowledgedAtLeast(3);
      server.rebuild("session-1");
      await server.died();
      await expectSound(path, server.sent, server.acknowledged);
      await expectRecovery(path, server.sent, server.acknowledged);
    },
  );

  it("T4 H32 at any moment of a stream of commands, six times over on one file", async ({ onTestFinished }) => {
    const path = aFile(onTestFinished);
    const sent: SentCommand[] = [];
    const acknowledged: CrashingServer["acknowledged"] = new Map();
    for (const [round, killAfter] of [1, 3, 8, 15, 22, 30].entries()) {
      const server = await aServer(onTestFinished, path);
      for (let number = 0; number < 40; number++) {
        server.submit(aCommand(round * 100 + number, `session-${number % 3}`));
      }
      await server.acknowledgedAtLeast(killAfter);
      await server.kill();
      sent.push(...server.sent);
      for (const [id, ack] of server.acknowledged) acknowledged.set(id, ack);
      expect(server.acknowledged.size).toBeGreaterThanOrEqual(killAfter);
      await expectSound(path, sent, acknowledged);
    }
    await expectRecovery(path, sent, acknowledged);
  });
});
