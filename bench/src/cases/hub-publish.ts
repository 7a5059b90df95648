/**
 * G3: publish → commit → fan-out, in process. Three shapes of load: one stream (every event a transaction of its own),
 * 32 streams at once (one transaction per tick for all), one session's burst (32 events, one commit, one frame).
 */
import { type Hub, type MessageStorageAdapter, memoryStorage } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import type { BenchCase, CaseContext } from "../case.ts";
import { type BareLog, openBareLog } from "../fixtures/bare-log.ts";
import { bareStream } from "../fixtures/bare-stream.ts";
import { chatHub, follow, seedMessages, sessionKey, startMessage } from "../fixtures/chat-hub.ts";
import { QueueingSink } from "../fixtures/queueing-sink.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { token } from "../fixtures/tokens.ts";
import { atMost, type Verdict } from "../goal.ts";
import { type Comparison, measure, ratioOf, type Variant } from "../measure.ts";
import { printComparison } from "../report.ts";
import { historyVerdict } from "./hub-history.ts";

interface Load {
  readonly name: string;
  readonly sessions: number;
  /** Events of each session in one tick. */
  readonly perTick: number;
  readonly subscribers: number;
  readonly ticks: number;
}

const OTHER_ENTITIES = 100;

export const hubPublish: BenchCase = {
  async run(context) {
    const verdicts: Verdict[] = [];
    for (const load of loads(context)) verdicts.push(await compare(context, load));
    verdicts.push(await historyVerdict(context));
    return verdicts;
  },
};

function loads({ pick }: CaseContext): readonly Load[] {
  const of = (name: string, sessions: number, perTick: number, subscribers: number, ticks: number): Load => ({
    name: `${name}, ${subscribers} subscriber${subscribers === 1 ? "" : "s"} each`,
    sessions,
    perTick,
    subscribers,
    ticks: pick(ticks, Math.ceil(ticks / 8)),
  });
  return pick([1, 10, 100], [1, 100]).flatMap((subscribers) => [
    of("one stream", 1, 1, subscribers, 2_000),
    of("32 streams", 32, 1, subscribers, 160),
    of("a burst of 32", 1, 32, subscribers, 160),
  ]);
}

async function compare(context: CaseContext, load: Load): Promise<Verdict> {
  const folder = temporaryFolder();
  const log = openBareLog(folder.file("bare.db"));
  const onSqlite = await hubVariant("hub on SQLite NORMAL", load, () =>
    sqliteStorage({ path: folder.file("hub.db"), synchronous: "NORMAL" }),
  );
  const inMemory = await hubVariant("hub in memory", load, memoryStorage);
  const comparison: Comparison = {
    id: "G3",
    title: `publish → commit → fan-out: ${load.name}`,
    operation: "event",
    operations: load.sessions * load.perTick * load.ticks,
    rounds: context.pick(7, 2),
    bound: "bound: bare log",
    variants: [boundVariant(load, log), onSqlite, inMemory],
  };
  const results = await measure(comparison);
  printComparison(comparison, results);
  await Promise.all([onSqlite.hub.close(), inMemory.hub.close()]);
  log.close();
  folder.remove();
  return atMost("G3", `hub to bound, ${load.name}`, ratioOf(results, onSqlite.name), 1.5);
}

async function hubVariant(
  name: string,
  load: Load,
  storage: () => MessageStorageAdapter,
): Promise<Variant & { readonly hub: Hub }> {
  const hub = chatHub(storage());
  const sessions = Array.from({ length: load.sessions }, (_, index) => sessionKey(`s-${index}`));
  for (const session of sessions) {
    await seedMessages(hub, session, OTHER_ENTITIES, 200);
    for (let index = 0; index < load.subscribers; index += 1) await follow(hub, session, new QueueingSink());
  }
  let rounds = 0;
  return {
    name,
    hub,
    async round(stopwatch) {
      rounds += 1;
      const root = `chat-msg-${rounds}`;
      const messages = await Promise.all(sessions.map((session) => startMessage(hub, session, root)));
      stopwatch.start();
      for (let tick = 0; tick < load.ticks; tick += 1) {
        const publishing: Promise<unknown>[] = [];
        for (const message of messages) {
          for (let index = 0; index < load.perTick; index += 1) publishing.push(message.append(token(tick + index)));
        }
        await Promise.all(publishing);
      }
      stopwatch.stop();
    },
  };
}

function boundVariant(load: Load, log: BareLog): Variant {
  const sinks = Array.from({ length: load.sessions }, () => {
    return Array.from({ length: load.subscribers }, () => new QueueingSink());
  });
  let rounds = 0;
  return {
    name: "bound: bare log",
    async round(stopwatch) {
      rounds += 1;
      const streams = sinks.map((own, index) => {
        const name = `s-${rounds}-${index}`;
        return { session: log.session(name), stream: bareStream(name, own) };
      });
      stopwatch.start();
      for (let tick = 0; tick < load.ticks; tick += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        const at = Date.now();
        log.begin();
        for (const { session, stream } of streams) {
          for (let index = 0; index < load.perTick; index += 1) {
            log.insert(session, at, stream.append(token(tick + index)));
          }
          log.advance(session);
        }
        log.commit();
        for (const { session, stream } of streams) {
          stream.publish(session.ordinal - BigInt(load.perTick), session.ordinal, session.tag, at);
        }
      }
      stopwatch.stop();
    },
  };
}
