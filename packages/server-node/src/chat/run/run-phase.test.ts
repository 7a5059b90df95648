import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRunOpen, RUN_TRANSITIONS, type RunEventName, type RunPhase, runPhase, runStatus } from "./run-phase.ts";

const phases = Object.keys(RUN_TRANSITIONS) as RunPhase[];
const names = Object.keys(RUN_TRANSITIONS.queued) as RunEventName[];

function follow(events: readonly RunEventName[]): RunPhase[] {
  const seen: RunPhase[] = ["queued"];
  for (const name of events) {
    const at = seen.at(-1) ?? "queued";
    seen.push(RUN_TRANSITIONS[at][name] ?? at);
  }
  return seen;
}

describe("the life of a run", () => {
  it("C09 has exactly one end: whatever comes after the first terminal event changes nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 12 }), (events) => {
        const seen = follow(events);
        const end = seen.findIndex((phase) => !isRunOpen(phase));
        if (end !== -1) expect(new Set(seen.slice(end))).toEqual(new Set([seen[end]]));
      }),
    );
  });

  it("C09 answers only what was started and waits only while answering", () => {
    expect(RUN_TRANSITIONS.queued).toMatchObject({ started: "running", finished: null, "awaiting-input": null });
    expect(RUN_TRANSITIONS.running).toMatchObject({ started: null, "awaiting-input": "awaiting-input", resumed: null });
    expect(RUN_TRANSITIONS["awaiting-input"]).toMatchObject({ started: null, resumed: "running" });
  });

  it("C12 stops from every open phase", () => {
    for (const phase of phases.filter(isRunOpen)) expect(RUN_TRANSITIONS[phase].stopped).toBe("stopped");
  });

  it("C09 keeps its phase through storage", () => {
    for (const phase of phases) expect(runPhase(runStatus(phase))).toBe(phase);
  });
});
