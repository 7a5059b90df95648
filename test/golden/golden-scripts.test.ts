import { fromJson, toJson } from "@bufbuild/protobuf";
import type { ServerFrameJson } from "@sessionstream/protocol";
import { ServerFrameSchema } from "@sessionstream/protocol/sessionstream/v1";
import { FRAME_SCRIPT_NAMES, type FrameScript, frameScript } from "@sessionstream/protocol/testing";
import { describe, expect, it } from "vitest";
import { payloads } from "./golden-module.ts";
import { isOfConnection, produceScript } from "./produce-script.ts";
import { SCENARIOS } from "./scenarios.ts";

const { registry } = payloads;

/** A reference server omits implicit zeros where ours writes them; they say the same (P20). */
function withZeros(frame: ServerFrameJson): unknown {
  return toJson(ServerFrameSchema, fromJson(ServerFrameSchema, frame, { registry }), {
    registry,
    alwaysEmitImplicit: true,
  });
}

/** Indexes of the frames that the hub owes. */
function owed(script: FrameScript): readonly number[] {
  const { notOurs = {} } = SCENARIOS[script.name];
  return script.steps.flatMap((step, index) =>
    step.from === "server" && !isOfConnection(step.frame) && notOurs[index] === undefined ? [index] : [],
  );
}

describe("a real hub says what the golden scripts say", () => {
  const titles = FRAME_SCRIPT_NAMES.map((name) => ({ name, rows: SCENARIOS[name].rows }));
  it.each(titles)("$rows $name: every frame that is its own, and none besides", async ({ name }) => {
    const script = frameScript(name);
    const said = script.reference === true ? withZeros : (frame: ServerFrameJson) => frame;
    const { steps, leftOver, errors } = await produceScript(script, SCENARIOS[name]);
    expect(steps.map(({ index, produced }) => ({ index, frame: produced && said(produced) }))).toEqual(
      steps.map(({ index, scripted }) => ({ index, frame: said(scripted) })),
    );
    expect(steps.map(({ index }) => index)).toEqual(owed(script));
    expect(leftOver).toEqual([]);
    expect(errors).toEqual([]);
  });
});
