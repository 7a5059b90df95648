/** G3's second half: a publish costs the same whatever the log behind it holds. */
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import type { CaseContext } from "../case.ts";
import { chatHub, follow, seedMessages, sessionKey, startMessage } from "../fixtures/chat-hub.ts";
import { QueueingSink } from "../fixtures/queueing-sink.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { token } from "../fixtures/tokens.ts";
import { atMost, type Verdict } from "../goal.ts";
import { type Comparison, measure, ratioOf, type Variant } from "../measure.ts";
import { printComparison } from "../report.ts";

const EVENTS = 500;

export async function historyVerdict({ pick }: CaseContext): Promise<Verdict> {
  const folder = temporaryFolder();
  const long = pick(100_000, 10_000);
  const variants = [
    await variantOver("10 events before", folder.file("short.db"), 10),
    await variantOver(`${long} events before`, folder.file("long.db"), long),
  ] as const;
  const comparison: Comparison = {
    id: "G3",
    title: "independence of history: one stream, one subscriber, SQLite NORMAL",
    operation: "event",
    operations: EVENTS,
    rounds: pick(11, 5),
    bound: variants[0].name,
    variants,
  };
  const results = await measure(comparison);
  printComparison(comparison, results);
  for (const { close } of variants) await close();
  folder.remove();
  return atMost("G3", `${long} events of history to 10`, ratioOf(results, variants[1].name), 1.1);
}

/** The same 100 entities; the log behind them differs. The short one is made anew for each round, or it would grow. */
async function variantOver(name: string, path: string, events: number): Promise<Variant & { close(): Promise<void> }> {
  const hub = chatHub(sqliteStorage({ path, synchronous: "NORMAL" }));
  let sessions = 0;

  async function prepare() {
    sessions += 1;
    const session = sessionKey(`s-${sessions}`);
    await seedMessages(hub, session, 100, 200);
    for (let done = 0; done < events; ) {
      const message = await startMessage(hub, session, `chat-msg-history-${done}`);
      const batch = Math.min(500, events - done);
      await Promise.all(Array.from({ length: batch }, (_, index) => message.append(token(index))));
      done += batch;
    }
    await follow(hub, session, new QueueingSink());
    return session;
  }

  const kept = await prepare();
  let rounds = 0;
  return {
    name,
    async round(stopwatch) {
      rounds += 1;
      const session = events > EVENTS ? kept : await prepare();
      const message = await startMessage(hub, session, `chat-msg-round-${rounds}`);
      stopwatch.start();
      for (let index = 0; index < EVENTS; index += 1) await message.append(token(index));
      stopwatch.stop();
    },
    close: () => hub.close(),
  };
}
