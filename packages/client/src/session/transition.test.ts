import { describe, expect, it } from "vitest";
import type { SessionEffect } from "./effect.ts";
import type { SessionEvent } from "./event.ts";
import type { SessionState } from "./state.ts";
import { config, EVENTS, type EventName, STATES } from "./testing/truth-cases.ts";
import { TABLE } from "./testing/truth-table.ts";
import { transition } from "./transition.ts";

/** Every type of event is among the cases, or this does not compile. */
type Covered = (typeof EVENTS)[EventName]["type"];
const EVERY_EVENT_IS_COVERED: SessionEvent["type"] extends Covered ? true : never = true;

function inWords(effect: SessionEffect): string {
  switch (effect.type) {
    case "send":
      return `send ${Object.keys(effect.frame).join()}`;
    case "apply":
      return `apply ${effect.update.type}`;
    case "apply-mapped":
      return `map ${effect.frame.type}`;
    case "timer":
      return effect.delayMs === null ? "stop timer" : "timer";
    case "page-settled":
      return `page ${effect.error?.code ?? "ok"}`;
    case "report":
      return `report ${effect.diagnostic.type}`;
    case "backoff":
      return "backoff";
  }
}

function outcome(before: SessionState, event: SessionEvent): string {
  const { state, effects } = transition(config, before, event);
  if (state === before && effects.length === 0) return "·";
  return `${state.type}: ${effects.map(inWords).join(", ")}`.trim();
}

describe("K01 truth table of a followed session", () => {
  it.each(Object.entries(STATES).map(([name, state], column) => ({ name, state, column })))(
    "$name",
    ({ state, column }) => {
      expect(EVERY_EVENT_IS_COVERED).toBe(true);
      const found = Object.entries(EVENTS).map(([event, value]) => [event, outcome(state, value)]);
      expect(found).toEqual(Object.entries(TABLE).map(([event, row]) => [event, row[column]]));
    },
  );
});
