import { memoryErrorRecords, memoryStorage } from "@sessionstream/server-node";
import { describe, expect, it } from "vitest";
import { noted, POISON } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { mendedNotes } from "./harness/mended-notes.ts";
import { notesHub, notesIn, sessionKey, writeNote } from "./harness/notes-hub.ts";

const room = sessionKey("room");

describe("what failed, in the hands of an operator", () => {
  it("H33 H43 H44 is listed, does not hold up what comes later, is retried in order by the mended version, and is gone", async () => {
    const storage = memoryStorage();
    const errorRecords = memoryErrorRecords();
    const broken = notesHub({ storage, errorRecords });
    for (const [index, text] of ["one", POISON, "three", POISON, "five"].entries()) {
      await broken.hub.publish(room, [noted(`n${index + 1}`, text)]);
    }
    expect(await notesIn(broken.hub, "room")).toEqual(["n1:one", "n3:three", "n5:five"]);
    const failed = await broken.hub.errors({ session: room });
    expect(failed.map(({ ordinal, subject }) => [ordinal, subject])).toEqual([
      [4n, "notes@1"],
      [2n, "notes@1"],
    ]);
    // The version that skipped them is not asked again: its rows say so, and live and reloaded views stay equal.
    expect(await broken.hub.retryErrors(room)).toEqual(failed);
    expect(await notesIn(broken.hub, "room")).toEqual(["n1:one", "n3:three", "n5:five"]);
    const fixed = notesHub({ storage, errorRecords, modules: [mendedNotes] });
    expect(await fixed.hub.retryErrors(room)).toEqual([]);
    const clean = notesHub({ modules: [mendedNotes] });
    for (const [index, text] of ["one", "cured", "three", "cured", "five"].entries()) {
      await clean.hub.publish(room, [noted(`n${index + 1}`, text)]);
    }
    expect(await notesIn(fixed.hub, "room")).toEqual(await notesIn(clean.hub, "room"));
  });

  it("H44 records that need no retry are discarded by id", async () => {
    const { hub } = notesHub();
    await hub.publish(room, [noted("a", POISON), noted("b", POISON)]);
    await hub.publish(sessionKey("other"), [noted("c", POISON)]);
    const [newest] = await hub.errors({ session: room });
    await hub.discardErrors([newest?.errorId ?? "", "never-minted"]);
    expect((await hub.errors({ session: room })).map(({ ordinal }) => ordinal)).toEqual([1n]);
    expect(await hub.errors()).toHaveLength(2);
  });

  it("H20 a client's command whose event breaks one projection is acknowledged, and the others' entities are stored", async () => {
    const { hub, storage } = notesHub({ checkpoint: "always" });
    await expect(writeNote(hub, "room", "c-1", "a", POISON)).resolves.toMatchObject({ ordinal: 1n });
    expect((await storage.load(room))?.entities.map(({ kind }) => kind)).toEqual(["Tally"]);
  });
});
