/**
 * G1: socket text → notified store, per delta, in threads of 50, 500 and 2,000 messages and over a long message; and a
 * whole answer from bytes in a fresh process, beside the AI SDK's chat store.
 */
import { entityKey } from "@sessionstream/protocol";
import type { BenchCase, CaseContext } from "../case.ts";
import { aiSdkAnswer, aiSdkThread, readAnswer } from "../fixtures/ai-sdk-chat.ts";
import { ANSWER_ID, answerFrames, SESSION, threadSnapshot } from "../fixtures/answer-frames.ts";
import { type BareClient, bareClient, bareThread } from "../fixtures/bare-client.ts";
import { fedClient } from "../fixtures/fed-client.ts";
import { prose, tokens } from "../fixtures/tokens.ts";
import { atLeast, atMost, type Verdict } from "../goal.ts";
import { type Comparison, measure, ratioOf, type Spent, type Stopwatch, type Variant } from "../measure.ts";
import { printComparison } from "../report.ts";
import { heard, startProgram } from "../run-process.ts";

const THREADS = [50, 500, 2_000] as const;
const DELTAS_PER_FRAME = 16;

export const clientApply: BenchCase = {
  async run(context) {
    return [...(await perDelta(context)), await longMessage(context), ...(await wholeAnswer(context))];
  },
};

async function compare(comparison: Comparison) {
  const results = await measure(comparison);
  printComparison(comparison, results);
  return results;
}

async function perDelta({ pick }: CaseContext): Promise<readonly Verdict[]> {
  const deltas = pick(4_000, 1_000);
  const of = (count: number) => [clientVariant(count, deltas), boundVariant(count, deltas)];
  const settings = { id: "G1", operation: "delta", operations: deltas, rounds: pick(9, 5) };
  const verdicts: Verdict[] = [];
  for (const count of THREADS) {
    const title = `socket text → notified store, thread of ${count}`;
    const results = await compare({ ...settings, title, bound: `bound, ${count}`, variants: of(count) });
    verdicts.push(atMost("G1", `client to bound, thread of ${count}`, ratioOf(results, `client, ${count}`), 1.5));
  }
  const clients = THREADS.map((count) => clientVariant(count, deltas));
  const title = "flatness over the length of the thread";
  const flat = await compare({ ...settings, title, bound: "client, 50", variants: clients });
  return [...verdicts, atMost("G1", "thread of 2,000 to thread of 50", ratioOf(flat, "client, 2000"), 1.15)];
}

function clientVariant(count: number, deltas: number): Variant {
  const frames = [...answerFrames(count, deltas)];
  return { name: `client, ${count}`, round: (stopwatch) => feed(connected(count), frames, stopwatch) };
}

function boundVariant(count: number, deltas: number): Variant {
  const frames = [...answerFrames(count, deltas)];
  return {
    name: `bound, ${count}`,
    round: (stopwatch) =>
      feed(
        bareClient(bareThread(count, prose(400)), `${count}`, () => {}),
        frames,
        stopwatch,
      ),
  };
}

function connected(count: number): BareClient {
  const client = fedClient(SESSION, (id) => threadSnapshot(count, id));
  client.thread.timeline.subscribeEntity(entityKey("ChatMessage", ANSWER_ID), () => {});
  return client;
}

/** The first frame creates the message: it is not a delta. */
function feed({ receive, showFrame, close }: BareClient, frames: readonly string[], stopwatch: Stopwatch): void {
  const [first = "", ...deltas] = frames;
  receive(first);
  showFrame();
  stopwatch.start();
  for (const [index, text] of deltas.entries()) {
    receive(text);
    if (index % DELTAS_PER_FRAME === DELTAS_PER_FRAME - 1) showFrame();
  }
  showFrame();
  stopwatch.stop();
  close();
}

/** Whether a delta costs more the longer the message is. */
async function longMessage({ pick }: CaseContext): Promise<Verdict> {
  const deltas = 10_000;
  const tenth = deltas / 10;
  const frames = [...answerFrames(50, deltas)];
  const part = (name: string, from: number): Variant => ({
    name,
    round(stopwatch) {
      const { receive, showFrame, close } = connected(50);
      const [first = "", ...rest] = frames;
      receive(first);
      for (const [index, text] of rest.slice(0, from + tenth).entries()) {
        if (index === from) stopwatch.start();
        receive(text);
        if (index % DELTAS_PER_FRAME === DELTAS_PER_FRAME - 1) showFrame();
      }
      stopwatch.stop();
      close();
    },
  });
  const title = "10,000 deltas into one message";
  const variants = [part("first tenth", 0), part("last tenth", deltas - tenth)];
  const settings = { id: "G1", title, operation: "delta", operations: tenth, rounds: pick(9, 5) };
  const results = await compare({ ...settings, bound: "first tenth", variants });
  return atMost("G1", "last tenth of 10,000 deltas to the first", ratioOf(results, "last tenth"), 1.3);
}

async function wholeAnswer({ pick }: CaseContext): Promise<readonly Verdict[]> {
  const deltas = 2_000;
  const verdicts: Verdict[] = [];
  for (const [count, least] of [
    [50, 10],
    [2_000, 14],
  ] as const) {
    const cold = (reader: string): Variant => ({
      name: reader,
      async round(stopwatch) {
        stopwatch.record(await heard<Spent>(startProgram("read-answer", [reader, `${count}`, `${deltas}`])));
      },
    });
    const readers = ["client", "client, 3 tokens a frame", "bound", "ai-sdk"].map(cold);
    const settings = { id: "G1", operation: "token", operations: deltas, rounds: pick(7, 1), bound: "client" };
    const results = await compare({
      ...settings,
      title: `an answer of 2,000 tokens from bytes, thread of ${count}, everything cold (divided by the client)`,
      variants: readers,
    });
    const peer = ratioOf(results, "ai-sdk");
    const gathered = peer / ratioOf(results, "client, 3 tokens a frame");
    verdicts.push(atLeast("G1", `AI SDK to client, cold, thread of ${count}, a frame per token`, peer, least));
    verdicts.push(atLeast("G1", `AI SDK to client, cold, thread of ${count}, 3 tokens a frame`, gathered, least));
  }
  await hotAnswer(pick(7, 3), deltas);
  return verdicts;
}

/** Not a goal: with everything compiled, what is left of the difference. */
async function hotAnswer(rounds: number, deltas: number): Promise<void> {
  const thread = aiSdkThread(50);
  const answer = aiSdkAnswer(tokens(deltas));
  const peer: Variant = {
    name: "ai-sdk",
    async round(stopwatch) {
      stopwatch.start();
      await readAnswer(thread, answer);
      stopwatch.stop();
    },
  };
  const title = "the same with everything hot, thread of 50 (divided by the client)";
  const variants = [clientVariant(50, deltas), peer];
  await compare({ id: "G1", title, operation: "token", operations: deltas, rounds, bound: "client, 50", variants });
}
