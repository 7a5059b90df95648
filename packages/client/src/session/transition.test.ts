import { describe, expect, it } from "vitest";
import type { SessionEffect } from "./effect.ts";
import type { SessionEvent } from "./event.ts";
import type { SessionState } from "./state.ts";
import { config, EVENTS, type EventName, type Row, STATES, type StateName } from "./testing/truth-cases.ts";
import { DETACHED, FAILED, LIVE, RETRYING, SYNCING } from "./testing/truth-table.ts";
import { REFERENCE_CATCHING_UP, REFERENCE_LIVE, REFERENCE_SYNCING } from "./testing/truth-table-reference.ts";
import { transition } from "./transition.ts";

/** Every type of event is among the cases, or this does not compile. */
type Covered = (typeof EVENTS)[EventName]["type"];
const EVERY_EVENT_IS_COVERED: SessionEvent["type"] extends Covered ? true : never = true;

const TABLE: Record<StateName, Row> = {
  detached: DETACHED,
  syncing: SYNCING,
  live: LIVE,
  "reference-syncing": REFERENCE_SYNCING,
  "reference-catching-up": REFERENCE_CATCHING_UP,
  "reference-live": REFERENCE_LIVE,
  retrying: RETRYING,
  failed: FAILED,
};

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
  // CAST: Object.keys forgets what it was given.
  it.each(Object.keys(TABLE) as StateName[])("%s", (name) => {
    expect(EVERY_EVENT_IS_COVERED).toBe(true);
    const found = Object.fromEntries(
      Object.entries(EVENTS).map(([event, value]) => [event, outcome(STATES[name], value)]),
    );
    expect(found).toEqual(TABLE[name]);
  });
});
