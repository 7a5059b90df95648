/**
 * Owns what must be true of a file whose server was killed: the log is dense and whole, what was acknowledged is there
 * once, the stored entities are a fold of the log, and a new server takes up where the old one stopped.
 */
import { performance } from "node:perf_hooks";
import { createHub, type Hub, type MessageStorageAdapter, type StoredEvent } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { expect, vi } from "vitest";
import { ada, chatModule } from "./chat-under-test.ts";
import type { Acknowledged, SentCommand } from "./crashing-server.ts";
import { expectRunsSound, orphanedRuns } from "./runs-in-log.ts";
import { logOnly, viewOf } from "./stored-view.ts";

/** After a restart no run whose process is gone stays open for longer. */
const ORPHANS_END_WITHIN_MS = 45_000;
/** Not a promise: a bound for what hangs. */
const ALL_ANSWERED_WITHIN_MS = 100_000;

const sessionKey = (session: string) => ({ tenant: ada.tenant, session });

async function readLog(storage: MessageStorageAdapter, session: string): Promise<readonly StoredEvent[]> {
  const events = await storage.events(sessionKey(session), { after: 0n, limit: 100_000 });
  if (events === "gone") throw new Error("Nothing truncates this log");
  return events;
}

/** What the dead server left. @returns how the runs ended. */
export async function expectSound(
  path: string,
  sent: readonly SentCommand[],
  acknowledged: ReadonlyMap<string, Acknowledged>,
): Promise<readonly string[]> {
  const runEnds: string[] = [];
  const storage = sqliteStorage({ path, synchronous: "NORMAL" });
  for (const session of new Set(sent.map((command) => command.session))) {
    const log = await readLog(storage, session);
    expect(log.map((event) => event.ordinal)).toEqual(log.map((_, index) => BigInt(index) + 1n));
    expect(new Set(log.map((event) => event.id)).size).toBe(log.length);
    const head = (await storage.load(sessionKey(session)))?.head;
    expect([head?.ordinal ?? 0n, head?.tag ?? ""]).toEqual([BigInt(log.length), log.at(-1)?.id ?? ""]);
    await expectCommandsWhole(storage, log, session, sent, acknowledged);
    runEnds.push(...expectRunsSound(log));
    expect(await viewOf(storage, session)).toEqual(await viewOf(logOnly(storage), session));
  }
  await storage.close();
  return runEnds;
}

async function expectCommandsWhole(
  storage: MessageStorageAdapter,
  log: readonly StoredEvent[],
  session: string,
  sent: readonly SentCommand[],
  acknowledged: ReadonlyMap<string, Acknowledged>,
): Promise<void> {
  for (const { id } of sent.filter((command) => command.session === session)) {
    const stored = await storage.command(sessionKey(session), id);
    const events = log.filter((event) => event.commandId === id).map((event) => event.name);
    expect(events, `events of ${id}`).toEqual(stored === null ? [] : ["ChatUserMessageAccepted", "ChatRunQueued"]);
    const ack = acknowledged.get(id);
    if (ack !== undefined) expect(stored?.outcome, `outcome of ${id}`).toBe(ack.outcome);
  }
}

/**
 * A new server: whatever run lost its process ends at the session's first load, every command sent again gets its one
 * outcome, and every run is answered.
 */
export async function expectRecovery(
  path: string,
  sent: readonly SentCommand[],
  acknowledged: ReadonlyMap<string, Acknowledged>,
): Promise<{ readonly runEnds: readonly string[]; readonly orphansEndedMs: number }> {
  const storage = sqliteStorage({ path, synchronous: "NORMAL" });
  const sessions = [...new Set(sent.map((command) => command.session))];
  const orphans = await Promise.all(sessions.map(async (name) => orphanedRuns(await readLog(storage, name))));
  const began = performance.now();
  const hub = createHub({ storage, modules: [chatModule()], authorize: () => true });
  let orphansEndedMs: number;
  try {
    for (const [index, session] of sessions.entries()) await expectRunsEnded(hub, session, orphans[index] ?? []);
    orphansEndedMs = performance.now() - began;
    for (const { id, session, prompt } of sent) {
      const before = await storage.command(sessionKey(session), id);
      const ack = await hub.submit({ principal: ada, session, command: "ChatStartInference", id, payload: { prompt } });
      expect(ack.repeated, `${id} is decided once`).toBe(before !== null);
      const promised = acknowledged.get(id);
      if (promised !== undefined) expect(JSON.stringify(ack.outcome)).toBe(promised.outcome);
    }
    for (const session of sessions) await expectAllEnded(hub, session);
  } finally {
    await hub.close();
  }
  const runEnds = await expectSound(path, sent, acknowledged);
  expect(runEnds).toHaveLength(sent.length);
  return { runEnds, orphansEndedMs };
}

async function expectRunsEnded(hub: Hub, session: string, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return;
  await vi.waitFor(
    async () => {
      const open = await openEntities(hub, session);
      expect(open.map(({ id }) => id).filter((id) => runIds.includes(id))).toEqual([]);
    },
    { timeout: ORPHANS_END_WITHIN_MS, interval: 5 },
  );
}

export async function expectAllEnded(hub: Hub, session: string): Promise<void> {
  await vi.waitFor(async () => expect((await openEntities(hub, session)).map(({ id }) => id)).toEqual([]), {
    timeout: ALL_ANSWERED_WITHIN_MS,
    interval: 20,
  });
}

async function openEntities(hub: Hub, session: string) {
  const snapshot = await hub.snapshot({ principal: ada, session });
  return (snapshot?.entities ?? []).filter((entity) => entity.open);
}
