/**
 * G4: what one answer of 2,000 tokens writes to disk, counted in bytes of the write-ahead log, which SQLite does not
 * recycle here. The chat layer runs whole, on a clock that is moved by hand.
 */
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { createHub } from "@sessionstream/server-node";
import { chat, createChatService, type Engine } from "@sessionstream/server-node/chat";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { manualPlatform } from "@sessionstream/server-node/testing";
import type { SqliteHandle } from "../../../packages/server-node/src/storage/sqlite/driver.ts";
import { openHandle } from "../../../packages/server-node/src/storage/sqlite/load-driver.ts";
import type { BenchCase } from "../case.ts";
import { openBareLog } from "../fixtures/bare-log.ts";
import { bareStream } from "../fixtures/bare-stream.ts";
import { PRINCIPAL } from "../fixtures/chat-hub.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { token, tokens } from "../fixtures/tokens.ts";
import { atLeast, atMost } from "../goal.ts";
import { printFacts } from "../report.ts";

const TOKENS = 2_000;

export const answerBytes: BenchCase = {
  async run() {
    const folder = temporaryFolder();
    const bound = await groupsOf32(folder.file("bound.db"), 4_096);
    const small = await groupsOf32(folder.file("small.db"), 1_024);
    const reference = await referenceShape(folder.file("reference.db"));
    const slow = await answered(folder.file("slow.db"), 10);
    const fast = await answered(folder.file("fast.db"), 0);
    folder.remove();
    printFacts("G4", "bytes written for one answer of 2,000 tokens", {
      "text of the answer": tokens(TOKENS).join("").length,
      "bound: a row per token, 32 in a transaction, the message at the end": bound,
      "  the same with the adapter's small pages": small,
      "the Go reference's shape: per token three transactions, the message whole": reference,
      "chat at 100 tokens/s (deltas of 25 ms)": slow.bytes,
      "  events": slow.events,
      "chat at full speed": fast.bytes,
      "  events ": fast.events,
      "times the bound, 100 tokens/s": slow.bytes / bound,
      "times the bound, full speed": fast.bytes / bound,
    });
    return [
      atMost("G4", "chat at full speed to groups of 32", fast.bytes / bound, 2),
      atMost("G4", "chat at 100 tokens/s to groups of 32", slow.bytes / bound, 2),
      atMost("G4", "chat at 100 tokens/s to groups of 32 in small pages", slow.bytes / small, 2),
      atLeast("G4", "the reference's shape to chat at full speed", reference / fast.bytes, 40),
      atLeast("G4", "the reference's shape to chat at 100 tokens/s", reference / slow.bytes, 40),
    ];
  },
};

function keepLog(handle: SqliteHandle): void {
  handle.exec("PRAGMA wal_autocheckpoint = 0");
}

function logBytes(path: string): number {
  return statSync(`${path}-wal`).size;
}

async function groupsOf32(path: string, pageBytes: number): Promise<number> {
  const file = openHandle(path);
  file.exec(`PRAGMA page_size = ${pageBytes}; CREATE TABLE made (it INTEGER)`);
  file.close();
  const log = openBareLog(path);
  log.handle.exec("CREATE TABLE entity (id TEXT PRIMARY KEY, payload TEXT NOT NULL) STRICT");
  keepLog(log.handle);
  const session = log.session("s");
  const stream = bareStream("chat-msg-1:text:1", []);
  const before = logBytes(path);
  for (let from = 0; from < TOKENS; from += 32) {
    log.begin();
    for (let index = from; index < Math.min(from + 32, TOKENS); index += 1) {
      log.insert(session, Date.now(), stream.append(token(index)));
    }
    log.advance(session);
    if (from + 32 >= TOKENS) {
      const content = tokens(TOKENS).join("");
      log.handle.prepare("INSERT INTO entity (id, payload) VALUES (?, ?)").run("m", JSON.stringify({ content }));
    }
    log.commit();
  }
  const bytes = logBytes(path) - before;
  log.close();
  return bytes;
}

/** Event, then entities, then head: each its own transaction, the entity whole each time. */
async function referenceShape(path: string): Promise<number> {
  const log = openBareLog(path);
  log.handle.exec("CREATE TABLE entity (id TEXT PRIMARY KEY, payload TEXT NOT NULL) STRICT");
  keepLog(log.handle);
  const put = log.handle.prepare(
    "INSERT INTO entity (id, payload) VALUES ('m', ?) ON CONFLICT (id) DO UPDATE SET payload = excluded.payload",
  );
  const session = log.session("s");
  const stream = bareStream("chat-msg-1:text:1", []);
  const before = logBytes(path);
  let content = "";
  for (let index = 0; index < TOKENS; index += 1) {
    content += token(index);
    log.insert(session, Date.now(), stream.append(token(index)));
    put.run(JSON.stringify({ content }));
    log.advance(session);
  }
  const bytes = logBytes(path) - before;
  log.close();
  return bytes;
}

/** From the prompt to the end of the run, the moment of quiet after it included. `paceMs`: per token. */
async function answered(path: string, paceMs: number): Promise<{ readonly bytes: number; readonly events: number }> {
  // The adapter makes the file as it makes every file; by our own handle its log can be kept.
  await sqliteStorage({ path }).close();
  const handle = openHandle(path);
  const storage = sqliteStorage({ database: handle, synchronous: "NORMAL" });
  keepLog(handle);
  const clock = manualPlatform();
  const engine: Engine = async function* ({ sleep }) {
    yield { type: "text-start", id: "t" };
    for (let index = 0; index < TOKENS; index += 1) {
      if (paceMs > 0) await sleep(paceMs);
      yield { type: "text-delta", id: "t", text: token(index) };
    }
    yield { type: "text-end", id: "t" };
    yield { type: "finish" };
  };
  const hub = createHub({
    storage,
    modules: [chat({ engine })],
    authorize: () => true,
    // Ids as long as real ones: they are bytes too.
    platform: { ...clock, randomId: () => randomUUID() },
  });
  const service = createChatService({ hub, mintId: () => randomUUID() });
  const target = { principal: PRINCIPAL, session: "s" };
  const before = logBytes(path);
  await service.submitPrompt({ ...target, prompt: "Tell me." });
  let idle = false;
  const ended = service.waitIdle(target).then(() => {
    idle = true;
  });
  while (!idle) await clock.advance(Math.max(paceMs, 5));
  await ended;
  await clock.advance(2_000);
  const bytes = logBytes(path) - before;
  const snapshot = await hub.snapshot(target);
  await hub.close();
  handle.close();
  return { bytes, events: Number(snapshot?.ordinal ?? 0n) };
}
