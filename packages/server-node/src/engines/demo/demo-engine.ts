import type { JsonObject } from "@sessionstream/protocol";
import type { Engine } from "../../chat/engine/engine.ts";
import { planAnswer } from "./plan-answer.ts";

export interface DemoEngineOptions {
  /** 1: as fast as a person reads along; 2: twice as fast. `Infinity`: without any pause, for tests. Default 1. */
  readonly speed?: number;
  /** The custom runtime event for prompts that ask for a card, if an app's plugin makes something of it. */
  readonly card?: { readonly name: string; readonly payload: JsonObject };
}

/**
 * Answers without a model: the same prompt always gives the same events. Words in the prompt choose what is shown
 * ("think", "tool", "delete", "fail", "long", "table", "code", "slow", "card", …); any other prompt gets told of them.
 */
export function demoEngine(options: DemoEngineOptions = {}): Engine {
  const speed = options.speed ?? 1;
  const card = options.card ?? DEFAULT_CARD;
  return async function* answer(request) {
    for (const step of planAnswer(request, card)) {
      if (Number.isFinite(speed)) await request.sleep(step.afterMs / speed);
      if (step.type === "throw") throw step.error;
      yield step.event;
    }
  };
}

const DEFAULT_CARD = {
  name: "card",
  payload: { title: "Order 1042", text: "Three items, leaves the warehouse tomorrow.", status: "packed" },
};
