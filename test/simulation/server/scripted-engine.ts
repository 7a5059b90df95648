/** An engine whose answers are drawn: text in pieces, reasoning, tools, silence, failure. The same run gives the same answer. */
import type { Engine, RuntimeEvent } from "@sessionstream/server-node/chat";
import type { Faults } from "../run/faults.ts";
import type { Random } from "../time/random.ts";
import { watermark } from "./watermark.ts";

const PIECES = ["word ", "a longer piece of the answer ", "é", "🙂", "\n", "日本 ", "."] as const;

interface Asking {
  readonly mayAsk: boolean;
  /** Does to the world outside what the call is for. */
  execute(toolCallId: string): void;
}

export function scriptedEngine(random: Random, faults: Faults, { mayAsk, execute }: Asking): Engine {
  return async function* answer(request) {
    const { runId, resumed } = request;
    const before =
      resumed === null ? 0 : resumed.parts.filter(({ type }) => type === "tool-call").length + resumed.answers.length;
    const own = random.fork(resumed === null ? runId : `${runId} after ${before} calls`);
    const pause = () => request.sleep(own.pick([0, 1, 10, 40, 300]));
    const words = () => Array.from({ length: own.int(1, 6) }, () => own.pick(PIECES)).join("");

    for (const { toolCallId, decision } of resumed?.answers ?? []) {
      if (decision !== "approved") continue;
      execute(toolCallId);
      await pause();
      yield { type: "tool-result", toolCallId, result: "done" };
    }
    const asks = own.fork("asks");
    if (mayAsk && asks.chance(resumed === null ? 0.5 : 0.2)) {
      for (let count = asks.int(1, 2); count > 0; count -= 1) yield* question(`ask-${runId}-${before + count}`);
      if (asks.chance(0.8)) return;
    }
    if (own.chance(0.3)) {
      yield { type: "reasoning-start", id: "r" };
      for (let count = own.int(1, 3); count > 0; count -= 1) {
        yield { type: "reasoning-delta", id: "r", text: words() };
        await pause();
      }
      yield { type: "reasoning-end", id: "r" };
    }
    if (own.chance(0.3)) yield* tool(own, pause);
    const id = "t";
    yield { type: "text-start", id };
    yield { type: "text-delta", id, text: watermark(request.session) };
    for (let count = own.int(1, 10); count > 0; count -= 1) {
      await pause();
      yield { type: "text-delta", id, text: words() };
      if (own.chance(faults.rate("engineFails"))) throw new Error("the model failed");
      if (own.chance(faults.rate("engineStalls"))) await request.sleep(120_000);
    }
    if (own.chance(0.8)) yield { type: "text-end", id, finishReason: "stop" };
    yield { type: "finish" };
  };
}

function* question(toolCallId: string): Generator<RuntimeEvent> {
  const call = { toolCallId, toolName: "send", input: { to: "somebody" } };
  yield { type: "tool-call", ...call };
  yield { type: "tool-approval-request", ...call };
}

async function* tool(own: Random, pause: () => Promise<void>): AsyncGenerator<RuntimeEvent> {
  const call = { toolCallId: `call-${own.int(1, 9)}-${own.int(1, 999_999)}`, toolName: "look" };
  yield { type: "tool-input-start", ...call };
  yield { type: "tool-input-delta", toolCallId: call.toolCallId, text: '{"at":' };
  await pause();
  yield { type: "tool-input-delta", toolCallId: call.toolCallId, text: '"it"}' };
  yield { type: "tool-call", ...call, input: { at: "it" } };
  await pause();
  if (own.chance(0.2)) yield { type: "tool-error", ...call, error: "it broke" };
  else if (own.chance(0.9)) yield { type: "tool-result", ...call, result: { seen: true } };
}
