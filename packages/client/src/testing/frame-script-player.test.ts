import type { JsonObject } from "@sessionstream/protocol";
import { FRAME_SCRIPT_NAMES, frameScript, type ScriptTimeline } from "@sessionstream/protocol/testing";
import { describe, expect, it } from "vitest";
import { createTimelineStore } from "../timeline/store.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { frameScriptPlayer } from "./frame-script-player.ts";
import { createManualPlatform } from "./manual-platform.ts";

/** What a client shows, in the words of a script. */
function told(timeline: Timeline): ScriptTimeline {
  const cursor = timeline.getCursor();
  const entities = timeline.getOrder().flatMap((key) => timeline.getEntity(key) ?? []);
  return {
    cursor: { ...cursor, ordinal: String(cursor.ordinal) },
    entities: entities.map(({ key: _, commandId, createdOrdinal, lastEventOrdinal, ...entity }) => ({
      ...entity,
      createdOrdinal: String(createdOrdinal),
      lastEventOrdinal: String(lastEventOrdinal),
      ...(commandId === undefined ? {} : { commandId }),
    })),
    hasEarlier: timeline.getHasEarlier(),
    // CAST: what scripts send as ephemera are objects.
    ephemerals: timeline.getEphemerals().map(({ key, payload }) => ({ key, payload: payload as JsonObject })),
  };
}

describe("the golden frame scripts", () => {
  it.each(FRAME_SCRIPT_NAMES)("L4: %s leaves the client with what the script says, step by step", async (name) => {
    const script = frameScript(name);
    const player = frameScriptPlayer(script);
    const frames = createManualPlatform();
    const timeline = createTimelineStore(frames);
    player.backend.open(player.sessionId, {
      apply: (update) => timeline.apply(update),
      connection: () => undefined,
      hydration: () => undefined,
    });
    const expectShown = ({ windowFloor: _, ...expected }: ScriptTimeline) => {
      frames.runFrames();
      const whole = { hasEarlier: false, ephemerals: [], ...expected };
      if (script.reference === true) expect(told(timeline)).toMatchObject(whole);
      else expect(told(timeline)).toEqual(whole);
    };
    for (const step of script.steps) {
      await player.step();
      if (step.expectAfter !== undefined) expectShown(step.expectAfter);
    }
    expect(await player.step()).toBe(false);
    expectShown(script.expect);
    player.backend.close();
  });
});
