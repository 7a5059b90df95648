import { expect, it } from "vitest";
import type { SnapshotFrame } from "../decode/server-frame.ts";
import { adoptSnapshot } from "./adopt-snapshot.ts";
import type { Held } from "./state.ts";

const held: Held = {
  cursor: { epoch: "e", view: "v", ordinal: 5n, tag: "t5" },
  floor: 4n,
  loaded: true,
  requests: 1,
  attempt: 0,
};

function snapshot(fields: Partial<SnapshotFrame>): SnapshotFrame {
  return {
    type: "snapshot",
    sessionId: "s",
    ordinal: 6n,
    epoch: "e",
    view: "v",
    tag: "t6",
    mode: "delta",
    sinceOrdinal: 5n,
    floor: 4n,
    hasEarlier: true,
    part: 0,
    lastPart: true,
    requestId: "",
    entities: [],
    removed: [],
    ...fields,
  };
}

it("P30 a delta whose floor reaches below ours leaves our window as it is: nobody kept the rows in between", () => {
  const adopted = adoptSnapshot(held, snapshot({ floor: 1n, hasEarlier: false }));
  expect(adopted?.held.floor).toBe(4n);
  expect(adopted?.update).toMatchObject({ type: "delta", floor: 4n, hasEarlier: true });
});

it("L10: a full snapshot assigns the window, lower or higher", () => {
  for (const floor of [1n, 9n]) {
    const adopted = adoptSnapshot(held, snapshot({ mode: "full", floor, hasEarlier: false }));
    expect(adopted?.held.floor).toBe(floor);
    expect(adopted?.update).toMatchObject({ type: "full", floor, hasEarlier: false });
  }
});

it("L10: a full snapshot assigns the cursor, lower or higher, of this log or of another", () => {
  for (const cursor of [
    { epoch: "e", view: "v", ordinal: 3n, tag: "t3" },
    { epoch: "e", view: "v", ordinal: 9n, tag: "t9" },
    { epoch: "other", view: "w", ordinal: 2n, tag: "u2" },
  ]) {
    const adopted = adoptSnapshot(held, snapshot({ mode: "full", ...cursor }));
    expect(adopted).toMatchObject({ held: { cursor }, update: { type: "full", cursor } });
  }
});
