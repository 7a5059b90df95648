/**
 * G11: what a commit takes on each storage, from publish to the subscriber's frame, and whether it grows with sessions
 * that are active at once or with the log behind one. In wall time: most of it is waiting for a disk or a server.
 */
import type { Hub } from "@sessionstream/server-node";
import type { BenchCase, CaseContext } from "../case.ts";
import { chatHub, follow, type StreamedMessage, sessionKey, startMessage } from "../fixtures/chat-hub.ts";
import { openStores, type Store } from "../fixtures/stores.ts";
import { TimedSink } from "../fixtures/timed-sink.ts";
import { token } from "../fixtures/tokens.ts";
import { atMost, type Verdict } from "../goal.ts";
import { percentile, ratios, spread } from "../measure.ts";
import { printFacts } from "../report.ts";

const WARM_UPS = 1;
const EVENTS_IN_A_COMMIT = 500;

export const storages: BenchCase = {
  async run(context) {
    const stores = await openStores(process.env["BENCH_POSTGRES_URL"]);
    if (stores.length < 3) console.log("\nG11  there is no PostgreSQL: it is left out");
    const verdicts: Verdict[] = [];
    for (const store of stores) {
      const hub = chatHub(store.storage);
      verdicts.push(...(await toBareInserts(context, store, hub)));
      await bySessions(context, store, hub);
      verdicts.push(await byHistory(context, store, hub));
      await hub.close();
      await store.remove();
    }
    return verdicts;
  },
};

/** Somebody's answer that streams, and somebody who watches it. */
interface Stream {
  readonly sink: TimedSink;
  /** A message of its own for every round. */
  begin(round: number): Promise<StreamedMessage>;
}

async function openStream(hub: Hub, name: string): Promise<Stream> {
  const session = sessionKey(name);
  const sink = new TimedSink();
  await startMessage(hub, session, "chat-msg-first");
  await follow(hub, session, sink);
  return { sink, begin: (round) => startMessage(hub, session, `chat-msg-round-${round}`) };
}

interface Round {
  /** Microseconds of wall time per commit. */
  readonly each: number;
  readonly delays: readonly number[];
}

/** Every stream commits one event after the other, all streams at once. */
async function play(streams: readonly Stream[], round: number, commits: number): Promise<Round> {
  const messages = await Promise.all(streams.map((stream) => stream.begin(round)));
  for (const { sink } of streams) sink.delays.length = 0;
  const perStream = Math.ceil(commits / streams.length);
  const begun = performance.now();
  await Promise.all(
    streams.map(async ({ sink }, index) => {
      for (let n = 0; n < perStream; n += 1) {
        sink.publishing();
        await messages[index]?.append(token(n));
      }
    }),
  );
  const each = ((performance.now() - begun) * 1_000) / (perStream * streams.length);
  return { each, delays: streams.flatMap(({ sink }) => sink.delays) };
}

/** Rounds of all variants in turn, after a warm-up. */
async function inTurn<Result>(
  rounds: number,
  variants: readonly ((round: number) => Promise<Result>)[],
): Promise<readonly (readonly Result[])[]> {
  const results = variants.map((): Result[] => []);
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const [index, play] of variants.entries()) {
      const result = await play(round + WARM_UPS);
      if (round >= 0) results[index]?.push(result);
    }
  }
  return results;
}

function figures(rounds: readonly Round[]): Record<string, number> {
  const delays = rounds.flatMap((round) => round.delays);
  return {
    "commits a second": Math.round(1e6 / spread(rounds.map(({ each }) => each)).median),
    "p50 commit → frame, ms": percentile(delays, 0.5),
    "p99 commit → frame, ms": percentile(delays, 0.99),
  };
}

const eachOf = (rounds: readonly Round[] = []) => rounds.map(({ each }) => each);

async function toBareInserts({ pick }: CaseContext, store: Store, hub: Hub): Promise<readonly Verdict[]> {
  const commits = pick(1_000, 200);
  const stream = await openStream(hub, "bare");
  const { insertRows } = store;
  const bare = async (): Promise<Round> => {
    const begun = performance.now();
    await insertRows?.(commits);
    return { each: ((performance.now() - begun) * 1_000) / commits, delays: [] };
  };
  const [ours = [], theirs = []] = await inTurn(pick(7, 2), [(round) => play([stream], round, commits), bare]);
  const facts = figures(ours);
  if (insertRows === null) {
    printFacts("G11", `${store.name}: one stream`, facts);
    return [];
  }
  const ratio = ratios(eachOf(ours), eachOf(theirs));
  const insertsASecond = Math.round(1e6 / spread(eachOf(theirs)).median);
  printFacts("G11", `${store.name}: one stream, to a loop of bare inserts`, {
    ...facts,
    "bare inserts a second": insertsASecond,
    "ratio, median": ratio.median,
    "ratio, lowest": ratio.low,
    "ratio, highest": ratio.high,
  });
  return [atMost("G11", `${store.name}, a commit to a bare insert`, ratio.median, 2)];
}

async function bySessions({ pick }: CaseContext, { name }: Store, hub: Hub): Promise<void> {
  const commits = pick(2_000, 400);
  const counts = pick([1, 10, 100, 1_000], [1, 100]);
  const crowds = await Promise.all(
    counts.map((count) =>
      Promise.all(Array.from({ length: count }, (_, index) => openStream(hub, `crowd-${count}-${index}`))),
    ),
  );
  const results = await inTurn(
    pick(5, 2),
    crowds.map((streams) => (round: number) => play(streams, round, commits)),
  );
  const alone = eachOf(results[0]);
  for (const [index, rounds] of results.entries()) {
    printFacts("G11", `${name}: ${counts[index]} active sessions`, {
      ...figures(rounds),
      "time of a commit, to one session": ratios(eachOf(rounds), alone).median,
    });
  }
}

async function byHistory({ pick }: CaseContext, { name }: Store, hub: Hub): Promise<Verdict> {
  const commits = pick(300, 100);
  const lengths = pick([100, 1_000, 10_000, 100_000], [100, 10_000]);
  let made = 0;
  const variants: ((round: number) => Promise<Round>)[] = [];
  for (const length of lengths) {
    const prepare = async () => {
      made += 1;
      const session = `history-${length}-${made}`;
      await writeHistory(hub, session, length);
      return openStream(hub, session);
    };
    const kept = await prepare();
    // A short one is made anew for every round, or it would not stay short.
    variants.push(async (round) => play([length > commits ? kept : await prepare()], round, commits));
  }
  const results = await inTurn(pick(9, 3), variants);
  const shortest = eachOf(results[0]);
  const growth = results.map((rounds) => ratios(eachOf(rounds), shortest).median);
  for (const [index, rounds] of results.entries()) {
    printFacts("G11", `${name}: ${lengths[index]?.toLocaleString("en")} events before`, {
      ...figures(rounds),
      [`time of a commit, to ${lengths[0]} events`]: growth[index] ?? Number.NaN,
    });
  }
  return atMost("G11", `${name}, ${lengths.at(-1)} events of history to ${lengths[0]}`, growth.at(-1) ?? 0, 1.1);
}

async function writeHistory(hub: Hub, name: string, events: number): Promise<void> {
  for (let done = 0; done < events; done += EVENTS_IN_A_COMMIT) {
    const message = await startMessage(hub, sessionKey(name), `chat-msg-history-${done}`);
    const batch = Math.min(EVENTS_IN_A_COMMIT, events - done);
    await Promise.all(Array.from({ length: batch }, (_, index) => message.append(token(index))));
  }
}
