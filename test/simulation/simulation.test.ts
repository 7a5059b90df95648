import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BundledProgram } from "../setup/bundle-program.ts";
import { bundleSimulator } from "./bundle.ts";
import { type Played, playSeeds, runSimulator } from "./simulator.ts";

const REGRESSIONS = fileURLToPath(new URL("./regressions/", import.meta.url));
const HISTORIES = 1_000;

let simulator: BundledProgram;

beforeAll(async () => {
  simulator = await bundleSimulator();
});
afterAll(() => simulator.remove());

describe("a thousand histories under faults, and everybody agrees when they end", () => {
  let played: Played;
  const broken = (...ids: readonly string[]) => played.broken.filter(({ invariant }) => ids.includes(invariant));

  beforeAll(async () => {
    const seeds = { first: 1, count: HISTORIES };
    played = await playSeeds(simulator.program, seeds, Math.min(2, availableParallelism()));
  }, 300_000);

  it("plays them all", () => {
    expect(played.histories).toBe(HISTORIES);
    expect(broken("clean")).toEqual([]);
  });

  it("I1 I2: ordinals have no hole, and an event never changes", () => {
    expect(broken("I1", "I2")).toEqual([]);
  });

  it("I3 I4: what was accepted is in the log, once, and is answered the same whenever it is asked again", () => {
    expect(broken("I3", "I4")).toEqual([]);
  });

  it("I5 L4: what a client shows at its cursor is the fold of the log up to there", () => {
    expect(broken("I5")).toEqual([]);
  });

  it("I6: no cursor goes back by itself", () => {
    expect(broken("I6")).toEqual([]);
  });

  it("I7 L13: nothing said in a session reaches who may not read it", () => {
    expect(broken("I7")).toEqual([]);
  });

  it("I8: within a minute after the faults everybody stands at the head and every run has ended", () => {
    expect(broken("I8")).toEqual([]);
  });

  it("I9 L6: what waits in a connection is bounded", () => {
    expect(broken("I9")).toEqual([]);
  });

  it("I13: whoever was barred is sent nothing of that session any more, on whatever server", () => {
    expect(broken("I13")).toEqual([]);
  });

  it("F-R5: nothing is stored by a process that woke after its lease became another's", () => {
    expect(broken("F-R5")).toEqual([]);
  });

  it("I10: a run ends once, and says nothing afterwards", () => {
    expect(broken("I10")).toEqual([]);
  });

  it("I11: a call is executed once, only if a person allowed it, and after the log says so", () => {
    expect(broken("I11")).toEqual([]);
  });

  it("F-C13 F-C14: a client has one socket, and does not knock faster and faster where it is turned away", () => {
    expect(broken("F-C13", "F-C14")).toEqual([]);
  });

  it("I12 F-C6: an own message is waiting, sent or refused, and is shown once; at rest none is left waiting", () => {
    expect(broken("I12", "F-C6")).toEqual([]);
  });

  it("F-P6: nobody sees or sends what was typed by somebody else on the same device", () => {
    expect(broken("F-P6")).toEqual([]);
  });
});

describe("histories that failed once", () => {
  it.each(readdirSync(REGRESSIONS))("%s", async (file) => {
    const { histories, broken } = await runSimulator(simulator.program, ["--replay", REGRESSIONS + file]);
    expect(histories).toBe(1);
    expect(broken).toEqual([]);
  });
});
