import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { event } from "../../event/define-event.ts";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { ChatRunInterrupted } from "../events.ts";
import { ChatRun } from "../kinds.ts";
import { type ChatHarness, chatHarness, SESSION, USER } from "../testing/chat-harness.ts";
import { type ManualEngine, manualEngine, textDeltas } from "../testing/manual-engine.ts";

/** `interrupt`: another process takes the run's owner for dead. */
type Step = "stop" | "finish" | "fail" | "delta" | "interrupt";

const STEPS: readonly Step[] = ["stop", "finish", "fail", "delta", "delta", "delta"];
/** What a stop answers that came too late. */
const ANSWER_OF: Readonly<Record<string, string>> = {
  ChatRunFinished: "finished",
  ChatRunStopped: "stopped",
  ChatRunFailed: "failed",
  ChatRunInterrupted: "interrupted",
};

/** Every order of the steps, equal ones not told apart. */
function orders(steps: readonly Step[]): Step[][] {
  if (steps.length === 0) return [[]];
  return [...new Set(steps)].flatMap((first) => {
    const rest = [...steps];
    rest.splice(rest.indexOf(first), 1);
    return orders(rest).map((order) => [first, ...order]);
  });
}

interface Race {
  readonly chat: ChatHarness;
  readonly manual: ManualEngine;
  readonly runId: string;
  readonly answers: string[];
}

async function aRace(wrap?: (storage: MessageStorageAdapter) => MessageStorageAdapter): Promise<Race> {
  const manual = manualEngine();
  const chat = chatHarness({ engine: manual.engine }, new Map(), manualPlatform(), wrap);
  const { outcome } = await chat.prompt("Hello?");
  await chat.platform.settle();
  return { chat, manual, runId: String(outcome["runId"]), answers: [] };
}

function take({ chat, manual, runId, answers }: Race, step: Step): void {
  switch (step) {
    case "stop":
      chat.stop(runId).then(
        ({ outcome }) => answers.push(String(outcome["status"])),
        (error: unknown) => answers.push(String(error)),
      );
      break;
    case "finish":
      manual.call.end();
      break;
    case "fail":
      manual.call.fail(new Error("broken"));
      break;
    case "interrupt":
      void interrupt(chat, runId);
      break;
    case "delta":
      manual.call.say(...textDeltas("1", "word "));
      break;
  }
}

async function interrupt(chat: ChatHarness, runId: string): Promise<void> {
  const messageId = (await chat.entity(ChatRun, runId))?.messageId ?? "";
  const ended = event(ChatRunInterrupted, { messageId, correlation: { runId } });
  const session = { tenant: USER.tenant, session: SESSION };
  await chat.hub.publish(session, [ended], { guard: (view) => view.get(ChatRun, runId)?.open === true });
}

async function expectOneEnd({ chat, answers }: Race): Promise<void> {
  const names = await chat.names();
  const ends = names.filter((name) => name in ANSWER_OF);
  expect(ends).toHaveLength(1);
  expect(names.at(-1)).toBe(ends[0]);
  const late = ANSWER_OF[ends[0] ?? ""];
  expect(answers).toHaveLength(1);
  expect(["stop_requested", late]).toContain(answers[0]);
  // Only a stop that came in time is in the log.
  expect(names.includes("ChatRunStopRequested")).toBe(answers[0] === "stop_requested");
  expect(chat.hub.stats().effects).toBe(0);
}

describe("stop, finish, fail and three deltas of one run", () => {
  it("F-R3 I10: have one end in each of their 120 orders, and nothing after it", async () => {
    const all = orders(STEPS);
    expect(all).toHaveLength(120);
    for (const order of all) {
      const race = await aRace();
      for (const step of order) {
        take(race, step);
        await race.chat.platform.settle();
      }
      await race.chat.platform.advance(100);
      await expectOneEnd(race);
      await race.chat.hub.close();
    }
  });

  it("F-R3 I10: have one end however they meet each other's commits, and an end from elsewhere", async () => {
    const race = fc.asyncProperty(
      fc.scheduler(),
      fc.shuffledSubarray<Step>([...STEPS, "interrupt"], { minLength: 7 }),
      run,
    );
    await fc.assert(race, { numRuns: 200 });

    async function run(scheduler: fc.Scheduler, order: readonly Step[]): Promise<void> {
      let held = false;
      const slowly = (storage: MessageStorageAdapter): MessageStorageAdapter => ({
        capabilities: storage.capabilities,
        load: (session) => storage.load(session),
        events: (session, query) => storage.events(session, query),
        command: (session, id) => storage.command(session, id),
        commit: async (commit) => {
          if (held) await scheduler.schedule(Promise.resolve(), "commit");
          return storage.commit(commit);
        },
        remove: (session) => storage.remove(session),
        close: () => storage.close(),
      });
      const race = await aRace(slowly);
      held = true;
      for (const step of order) void scheduler.schedule(Promise.resolve(), step).then(() => take(race, step));
      while (scheduler.count() > 0) {
        await scheduler.waitOne();
        await race.chat.platform.advance(10);
      }
      held = false;
      await race.chat.platform.advance(100);
      await expectOneEnd(race);
      await race.chat.hub.close();
    }
  });
});
