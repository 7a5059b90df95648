import { SessionStreamError } from "@sessionstream/protocol";
import { createHub, type Hub } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import Database from "libsql";
import { describe, expect, it } from "vitest";
import { ScriptedSink } from "../../packages/server-node/src/fan-out/testing/scripted-sink.ts";
import { attachRequest } from "../../packages/server-node/src/hub/testing/hub-scene.ts";
import { expectAllEnded, expectSound } from "./after-crash.ts";
import { ada, chatModule } from "./chat-under-test.ts";
import { aCommand, aFile } from "./crash-scene.ts";
import type { Acknowledged, SentCommand } from "./crashing-server.ts";

const SESSION = "session-1";

/** A hub over a database that grows by `pages` at most, until it is told otherwise: SQLite's own "disk is full". */
function fullDisk(path: string, pages: number) {
  // The tables take their pages first.
  const database = new Database(path);
  const storage = sqliteStorage({ database, synchronous: "NORMAL" });
  const limitTo = (count: number) => void database.prepare(`PRAGMA max_page_count = ${count}`).get();
  const [used = 0] = database.prepare("PRAGMA page_count").pluck().all().map(Number);
  limitTo(used + pages);
  const hub = createHub({
    storage,
    modules: [chatModule()],
    authorize: () => true,
    checkpoint: { everyEvents: 20, idleMs: 5 },
    limits: { maxStorageFailures: 2, sweepMs: 50 },
  });
  const close = async () => {
    await hub.close();
    database.close();
  };
  return { hub, makeRoom: () => limitTo(1_000_000), close };
}

/** Somebody who reads all the time. */
async function watch(hub: Hub): Promise<ScriptedSink> {
  const sink = new ScriptedSink();
  await hub.attach(ada, attachRequest({ session: { tenant: ada.tenant, session: SESSION }, sink }));
  return sink;
}

async function send(hub: Hub, { id, session, prompt }: SentCommand): Promise<Acknowledged> {
  const ack = await hub.submit({ principal: ada, session, command: "ChatStartInference", id, payload: { prompt } });
  return { type: "acknowledged", id, ...ack, outcome: JSON.stringify(ack.outcome) };
}

describe.concurrent("a disk that is full", () => {
  it.for([0, 1, 3, 6, 10, 15, 24, 38])(
    "F-D8 after %i more pages: what it cannot keep is refused, nothing is half, and with room all goes on",
    async (pages, { onTestFinished }) => {
      const path = aFile(onTestFinished);
      const { hub, makeRoom, close } = fullDisk(path, pages);
      const watcher = await watch(hub);
      const sent: SentCommand[] = [];
      const acknowledged = new Map<string, Acknowledged>();
      const refused: SessionStreamError[] = [];
      for (let number = 0; refused.length < 3; number++) {
        const command = aCommand(number, SESSION);
        sent.push(command);
        await send(hub, command).then(
          (ack) => acknowledged.set(ack.id, ack),
          (error: unknown) => refused.push(SessionStreamError.from(error)),
        );
      }
      for (const { code, retryable } of refused) {
        expect(["outcome_unknown", "storage_unavailable"]).toContain(code);
        expect(retryable).toBe(true);
      }
      await expectSound(path, sent, acknowledged);
      expect([watcher.endedBy, watcher.closed]).toEqual([null, null]);
      const before = watcher.sent.length;

      makeRoom();
      for (const command of sent) {
        const ack = await send(hub, command);
        expect(ack.outcome).toBe(acknowledged.get(command.id)?.outcome ?? ack.outcome);
        acknowledged.set(ack.id, ack);
      }
      await expectAllEnded(hub, SESSION);
      expect(watcher.sent.length).toBeGreaterThan(before);
      expect([watcher.endedBy, watcher.closed]).toEqual([null, null]);
      await close();
      expect(await expectSound(path, sent, acknowledged)).toHaveLength(sent.length);
    },
  );
});
