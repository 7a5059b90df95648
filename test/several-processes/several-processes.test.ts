import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SharedMessageStorage, StoredEvent } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RunningProcess } from "./running-process.ts";

const WITHIN = { timeout: 30_000, interval: 20 };

describe("two processes on one SQLite file", () => {
  const folder = mkdtempSync(join(tmpdir(), "several-processes-"));
  const path = join(folder, "chat.db");
  let storage: SharedMessageStorage;
  const running: RunningProcess[] = [];

  async function start(name: string): Promise<RunningProcess> {
    const process = new RunningProcess(name, path);
    running.push(process);
    await process.ready();
    return process;
  }

  async function logOf(session: string): Promise<readonly StoredEvent[]> {
    const events = await storage.events({ tenant: "acme", session }, { after: 0n, limit: 10_000 });
    return events === "gone" ? [] : events;
  }

  const lastOf = async (session: string) => (await logOf(session)).at(-1)?.name;
  const endsAs = (session: string, name: string) =>
    vi.waitFor(async () => expect(await lastOf(session)).toBe(name), WITHIN);

  let a: RunningProcess;
  let b: RunningProcess;

  beforeAll(async () => {
    storage = sqliteStorage({ path, synchronous: "NORMAL", shared: true });
    [a, b] = await Promise.all([start("a"), start("b")]);
  });

  afterAll(async () => {
    await Promise.all(running.map((process) => process.kill()));
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("F-S5 that write one session at once: every event is there once, dense", async () => {
    const count = 300;
    await Promise.all([a, b].map((process) => process.ask({ type: "publish", session: "busy", count })));
    const log = await logOf("busy");
    expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index) + 1n));
    expect(new Set(log.map(({ payload }) => payload)).size).toBe(2 * count);
  });

  it("F-B4 answer a prompt once, and a stop through either reaches the engine", async () => {
    await a.ask({ type: "prompt", session: "stopped" });
    const owner = await Promise.race([a, b].map((each) => each.engine("stopped", "started").then(() => each)));
    const other = owner === a ? b : a;
    await other.ask({ type: "stop", session: "stopped" });
    await owner.engine("stopped", "stopped");
    await endsAs("stopped", "ChatRunStopped");
    expect(other.hasStarted("stopped")).toBe(false);
  });

  it("F-R5 end what a sleeping one left, which writes nothing when it wakes", async () => {
    await a.ask({ type: "prompt", session: "asleep" });
    const owner = await Promise.race([a, b].map((each) => each.engine("asleep", "started").then(() => each)));
    owner.signal("SIGSTOP");
    try {
      await endsAs("asleep", "ChatRunInterrupted");
    } finally {
      owner.signal("SIGCONT");
    }
    const before = await logOf("asleep");
    await owner.engine("asleep", "stopped");
    expect(await logOf("asleep")).toEqual(before);
  });

  it("F-R1 end what a killed one left, though nobody asks for it", async () => {
    await a.ask({ type: "prompt", session: "killed" });
    const owner = await Promise.race([a, b].map((each) => each.engine("killed", "started").then(() => each)));
    await owner.kill();
    await endsAs("killed", "ChatRunInterrupted");
    expect(await storage.expiredLeases(10)).toEqual([]);
  });
});
