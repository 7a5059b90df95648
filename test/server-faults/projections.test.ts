import { type HubModule, on, type Projection, put } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it } from "vitest";
import {
  grown,
  Note,
  Noted,
  noted,
  notesModule,
  notesProjection,
  POISON,
  tallyProjection,
} from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { checkedModule } from "../../packages/server-node/src/testing/checked-module.ts";
import { manualPlatform } from "../../packages/server-node/src/testing/manual-platform.ts";
import { mendedNotes } from "./harness/mended-notes.ts";
import { foldedNotes, follow, logOf, notesHub, notesIn, sessionKey } from "./harness/notes-hub.ts";

const room = sessionKey("room");

function notesBy(change: (projection: Projection) => Projection): HubModule {
  return { ...notesModule(), projections: [change(notesProjection), tallyProjection] };
}

describe("a projection that throws", () => {
  it("F-S10 H33 at event 50 of 100: one note is missing, marked and on record; a mended version has them all, in order", async () => {
    const storage = sqliteStorage({ path: ":memory:" });
    const { hub } = notesHub({ storage });
    const live = await follow(hub, "room");
    const texts = Array.from({ length: 100 }, (_, index) => (index === 49 ? POISON : `text ${index + 1}`));
    for (const [index, text] of texts.entries()) await hub.publish(room, [noted(`n${index + 1}`, text)]);
    const expected = texts.flatMap((text, index) => (text === POISON ? [] : [`n${index + 1}:${text}`]));
    expect(foldedNotes(live.read())).toEqual(expected);
    expect(await notesIn(hub, "room")).toEqual(expected);
    const skipped = (await logOf(storage, "room")).filter(({ skippedBy }) => skippedBy !== undefined);
    expect(skipped).toMatchObject([{ ordinal: 50n, skippedBy: ["notes@1"] }]);
    expect(await hub.errors({ session: room })).toMatchObject([
      { kind: "projection", subject: "notes@1", ordinal: 50n, metadata: { event: "Noted", mode: "live" } },
    ]);
    const cured = texts.map((text, index) => `n${index + 1}:${text === POISON ? "cured" : text}`);
    expect(await notesIn(notesHub({ storage, modules: [mendedNotes] }).hub, "room")).toEqual(cured);
  });
});

describe("a projection that is not pure", () => {
  it("F-S12 is found where it runs: its second answer differs, which counts as a throw", async () => {
    let calls = 0;
    const counting = notesBy((projection) => ({
      ...projection,
      on: [
        on(Noted, ({ payload }) => {
          calls += 1;
          return [put(Note, payload.field, { ...payload, offset: calls })];
        }),
      ],
    }));
    const impure = notesHub({ modules: [checkedModule(counting)] });
    await impure.hub.publish(room, [noted("a")]);
    expect(await impure.hub.errors()).toMatchObject([
      { kind: "projection", subject: "notes@1", message: expect.stringContaining("second time it reads Noted") },
    ]);
    const pure = notesHub({ modules: [checkedModule(notesModule())] });
    await pure.hub.publish(room, [noted("a", "x"), grown("a", "y")]);
    expect(await notesIn(pure.hub, "room")).toEqual(["a:xy"]);
    expect(pure.errors).toEqual([]);
  });

  it("F-S12 every module of ours passes: what is folded again is what is stored", async () => {
    const storage = sqliteStorage({ path: ":memory:" });
    const { hub } = notesHub({ storage, modules: [checkedModule(notesModule())], checkpoint: "always" });
    await hub.publish(room, [noted("a", "x"), noted("b", "y"), grown("a", "z")]);
    const stored = (await storage.load(room))?.entities;
    await hub.rebuild(room);
    expect((await storage.load(room))?.entities).toEqual(stored);
  });
});

describe("a projection that takes its time", () => {
  it("F-S14 for more than 50 ms is on record: nobody else was served meanwhile", async () => {
    const platform = manualPlatform();
    const slow = notesBy((projection) => ({
      ...projection,
      on: projection.on.map(({ event, project }) => ({
        event,
        project: (happened, view) => {
          platform.setNow(platform.now() + 80);
          return project(happened, view);
        },
      })),
    }));
    const { hub, errors } = notesHub({ platform, modules: [slow] });
    await hub.publish(room, [noted("a")]);
    await platform.settle();
    expect(errors).toMatchObject([{ kind: "projection", code: "timeout", subject: "Noted", ordinal: 1n }]);
    expect(await notesIn(hub, "room")).toEqual(["a:"]);
  });

  it("F-S14 a guard that takes as long is on record too", async () => {
    const platform = manualPlatform();
    const { hub, errors } = notesHub({ platform });
    const guard = () => {
      platform.setNow(platform.now() + 80);
      return false;
    };
    await hub.publish(room, [noted("a")], { guard });
    await platform.settle();
    expect(errors).toMatchObject([{ kind: "projection", code: "timeout", subject: "Noted", session: room }]);
  });
});
