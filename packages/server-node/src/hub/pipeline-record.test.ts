import { expect, it } from "vitest";
import { hubScene, room } from "./testing/hub-scene.ts";
import { erased, noted, POISON } from "./testing/notes-module.ts";

it("H45 one frozen record per commit shows every stage of it", async () => {
  const { hub, write, attach, pipeline, storage } = hubScene({ checkpoint: "always" });
  await attach();
  const { epoch } = await write("c-1", "a", "hi");
  await hub.publish(room, [noted("b", POISON), erased("a")]);
  const [first, second] = pipeline;
  expect(first).toEqual({
    mode: "live",
    session: room,
    epoch,
    view: storage.commits[0]?.head.view,
    prevOrdinal: 0n,
    ordinal: 1n,
    units: [{ type: "command", name: "WriteNote", commandId: "c-1", events: 1, attempts: 1 }],
    events: [
      {
        ordinal: 1n,
        id: storage.commits[0]?.head.tag,
        at: Date.UTC(2026, 0, 1),
        name: "Noted",
        payload: storage.commits[0]?.events[0]?.payload,
        skippedBy: [],
      },
    ],
    changes: [
      { op: "put", kind: "Note", id: "a", createdOrdinal: 1n, lastEventOrdinal: 1n },
      { op: "put", kind: "Tally", id: "all", createdOrdinal: 1n, lastEventOrdinal: 1n },
    ],
    checkpoint: true,
    subscribers: 1,
    effects: [],
  });
  expect(second).toMatchObject({
    units: [{ type: "publish", events: 2 }],
    events: [{ skippedBy: ["notes@1"] }, { skippedBy: [] }],
    changes: [
      { op: "put", kind: "Tally" },
      { op: "remove", kind: "Note", id: "a", lastEventOrdinal: 1n },
    ],
  });
  const parts = [first, first?.session, first?.units, first?.units[0], first?.events, first?.events[0], first?.changes];
  expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
});
