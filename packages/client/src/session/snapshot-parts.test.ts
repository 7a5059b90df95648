import { describe, expect, it } from "vitest";
import type { SnapshotFrame } from "../decode/server-frame.ts";
import { timelineEntity } from "../testing/timeline-entity.ts";
import { addPart, type SnapshotParts } from "./snapshot-parts.ts";

const FIRST: SnapshotFrame = {
  type: "snapshot",
  sessionId: "s-1",
  epoch: "e",
  view: "v",
  ordinal: 12n,
  tag: "t12",
  mode: "delta",
  sinceOrdinal: 10n,
  floor: 0n,
  hasEarlier: false,
  part: 0,
  lastPart: false,
  requestId: "1.1",
  entities: [timelineEntity({ id: "a", createdOrdinal: 1n })],
  removed: [{ kind: "K", id: "x" }],
};
const SECOND: SnapshotFrame = { ...FIRST, part: 1, entities: [timelineEntity({ id: "b", createdOrdinal: 2n })] };

function started(): SnapshotParts {
  const added = addPart(null, FIRST);
  if (added.type !== "partial") throw new Error(added.type);
  return added.parts;
}

describe("F-W4 a snapshot in parts", () => {
  it("is whole with its last part: everything, in order", () => {
    const second = addPart(started(), SECOND);
    if (second.type !== "partial") throw new Error(second.type);
    const whole = addPart(second.parts, { ...SECOND, part: 2, lastPart: true, entities: [] });
    if (whole.type !== "whole") throw new Error(whole.type);
    expect(whole.snapshot.entities.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(whole.snapshot.removed).toHaveLength(3);
    expect(started().parts).toHaveLength(1);
  });

  it.each<[string, Partial<SnapshotFrame>]>([
    ["a missing one", { part: 2 }],
    ["a repeated one", { part: 0 }],
    ["one of another request", { requestId: "1.2" }],
    ["one of another mode", { mode: "full" }],
    ["one at another ordinal", { ordinal: 13n }],
    ["one of another epoch", { epoch: "f" }],
    ["one of another view", { view: "w" }],
    ["one of another history", { tag: "u12" }],
    ["one since another ordinal", { sinceOrdinal: 9n }],
  ])("discards what was there on a surprise: %s", (_, surprise) => {
    expect(addPart(started(), { ...SECOND, ...surprise })).toEqual({ type: "surprise" });
  });
});
