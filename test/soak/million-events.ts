/** Owns ten thousand sessions and a million events on one SQLite file, written and read while memory is kept small. */
import { statSync } from "node:fs";
import { createHub } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { grown, noted, notesModule } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { temporaryFile } from "../../packages/server-node/src/storage/sqlite/testing/temporary-file.ts";
import { ada, sessionKey } from "../server-faults/harness/notes-hub.ts";
import { heapAtRest, openFiles } from "./leftovers.ts";

export interface MillionEventsReport {
  readonly sessions: number;
  readonly events: number;
  readonly seconds: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
  /** What is in use, not what waits for a collection: that depends on how fast the machine is. */
  readonly peakHeap: number;
  readonly peakRss: number;
  readonly peakSessions: number;
  readonly sessionsAfter: number;
  readonly filesBefore: number | null;
  readonly filesAfter: number | null;
  readonly fileBytes: number;
  /** Sessions whose text, read again at the end, is not what was written. */
  readonly wrong: number;
}

const EVENTS_PER_ROUND = 10;
const AT_ONCE = 200;
/** Times 200 sessions. */
const LOOK_EVERY = 5;

export async function millionEvents(sessions: number, events: number): Promise<MillionEventsReport> {
  const file = temporaryFile();
  const storage = sqliteStorage({ path: file.path, synchronous: "NORMAL" });
  const hub = createHub({
    storage,
    modules: [notesModule()],
    authorize: () => true,
    limits: { evictAfterMs: 500, sweepMs: 100, maxMemoryBytes: 8 * 1024 * 1024 },
  });
  const heapBefore = await heapAtRest();
  let filesBefore = openFiles();
  const peak = { heap: 0, rss: 0, sessions: 0 };
  const begun = performance.now();
  const rounds = events / sessions / EVENTS_PER_ROUND;
  for (let round = 0; round < rounds; round += 1) {
    for (let first = 0; first < sessions; first += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, sessions - first) }, (_, more) => `s-${first + more}`);
      await Promise.all(some.map((session) => hub.publish(sessionKey(session), eventsOf(round))));
      if ((first / AT_ONCE) % LOOK_EVERY !== 0) continue;
      globalThis.gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      peak.heap = Math.max(peak.heap, heapUsed);
      peak.rss = Math.max(peak.rss, rss);
      peak.sessions = Math.max(peak.sessions, hub.stats().sessions);
    }
    // The connection that empties the write-ahead log opens it at the first time.
    if (round === 0) filesBefore = openFiles();
  }
  const seconds = (performance.now() - begun) / 1_000;
  let wrong = 0;
  const expected = "0123456789".repeat(rounds).slice(1);
  for (let index = 0; index < sessions; index += Math.ceil(sessions / 100)) {
    const snapshot = await hub.snapshot({ principal: ada, session: `s-${index}` });
    const note = snapshot?.entities.find(({ id }) => id === "a")?.payload;
    if (typeof note !== "object" || !("text" in note) || note.text !== expected) wrong += 1;
  }
  while (hub.stats().sessions > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  const heapAfter = await heapAtRest();
  const sessionsAfter = hub.stats().sessions;
  const filesAfter = openFiles();
  await hub.close();
  const fileBytes = statSync(file.path).size;
  file.remove();
  return {
    sessions,
    events: rounds * EVENTS_PER_ROUND * sessions,
    seconds,
    heapBefore,
    heapAfter,
    peakHeap: peak.heap,
    peakRss: peak.rss,
    peakSessions: peak.sessions,
    sessionsAfter,
    filesBefore,
    filesAfter,
    fileBytes,
    wrong,
  };
}

/** One letter per event; the very first event makes the note. */
function eventsOf(round: number) {
  return Array.from({ length: EVENTS_PER_ROUND }, (_, digit) =>
    round === 0 && digit === 0 ? noted("a") : grown("a", String(digit)),
  );
}
