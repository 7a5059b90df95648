/** What the ancestor did in several storage calls, in memory, or from the clock: here one commit. */
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { grown, noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { scriptedStorage } from "../../packages/server-node/src/hub/testing/scripted-storage.ts";
import { temporaryFile } from "../../packages/server-node/src/storage/sqlite/testing/temporary-file.ts";
import { manualPlatform } from "../../packages/server-node/src/testing/manual-platform.ts";
import {
  foldedNotes,
  follow,
  logOf,
  notesHub,
  notesIn,
  sessionKey,
  writeNote,
} from "../server-faults/harness/notes-hub.ts";

const room = sessionKey("room");

/** Fails like a disk: by throwing into whoever was about to go on. */
class Died extends Error {}

describe("one commit", () => {
  it.each(["always", { everyEvents: 500, idleMs: 1_000 }] as const)(
    "AN-1 a crash right after the storage call leaves no timeline behind its log (checkpoint: %j)",
    async (checkpoint) => {
      const file = temporaryFile();
      onTestFinished(() => file.remove());
      const storage = sqliteStorage({ path: file.path, synchronous: "NORMAL" });
      const before = notesHub({
        storage,
        checkpoint,
        failpoint(name) {
          if (name === "after-commit") throw new Died("killed");
        },
      });
      const told = await before.hub
        .publish(room, [noted("a", "ha"), grown("a", "ha")])
        .catch((error: unknown) => error);
      expect(told).toMatchObject({ code: "outcome_unknown" });
      await storage.close();
      const reopened = sqliteStorage({ path: file.path, synchronous: "NORMAL" });
      const after = notesHub({ storage: reopened });
      expect(await notesIn(after.hub, "room")).toEqual(["a:haha"]);
      expect((await logOf(reopened, "room")).map(({ ordinal }) => ordinal)).toEqual([1n, 2n]);
      await after.hub.close();
    },
  );

  it("AN-3 appends that failed leave no hole in the ordinals", async () => {
    const storage = scriptedStorage();
    const { hub, platform } = notesHub({ storage, limits: { maxStorageFailures: 2 } });
    await hub.publish(room, [noted("a")]);
    for (let turn = 0; turn < 5; turn += 1) {
      storage.faults.push("failed", "failed");
      const refused = hub.publish(room, [grown("a", "lost")]).catch((error: { code: string }) => error.code);
      await platform.advance(1_000);
      expect(await refused).toBe("outcome_unknown");
    }
    await hub.publish(room, [grown("a", "kept"), grown("a", "!")]);
    expect((await logOf(storage, "room")).map(({ ordinal }) => ordinal)).toEqual([1n, 2n, 3n]);
    expect(await notesIn(hub, "room")).toEqual(["a:kept!"]);
  });

  it("AN-4 a subscriber that throws after the commit does not fail the command, so nobody repeats it", async () => {
    const { hub, storage, errors } = notesHub();
    const broken = await follow(hub, "room");
    broken.sink.send = () => {
      throw new Error("socket exploded");
    };
    const ack = await writeNote(hub, "room", "c-1", "a", "once");
    const again = await writeNote(hub, "room", "c-1", "a", "once");
    expect([ack.repeated, again.repeated]).toEqual([false, true]);
    expect(await logOf(storage, "room")).toHaveLength(1);
    expect(hub.stats().subscribers).toBe(0);
    expect(errors).toMatchObject([{ kind: "fan-out", message: "socket exploded" }]);
  });

  it("AN-5 what is delivered again after a crash is not stored again, under whatever ordinal", async () => {
    const storage = scriptedStorage();
    const first = notesHub({ storage, limits: { maxStorageFailures: 1 } });
    storage.faults.push("lost");
    storage.beforeCommit = async () => {
      storage.readError = new Error("connection reset");
    };
    await expect(writeNote(first.hub, "room", "c-1", "a", "once")).rejects.toMatchObject({ code: "outcome_unknown" });
    storage.readError = null;
    storage.beforeCommit = null;
    const second = notesHub({ storage });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => writeNote(second.hub, "room", "c-1", "a", "once")),
    );
    expect(answers.map(({ ordinal, repeated }) => [ordinal, repeated])).toEqual(answers.map(() => [1n, true]));
    expect(await logOf(storage, "room")).toHaveLength(1);
  });

  it("AN-6 ordinals count events: neither the clock nor a crowded millisecond moves them", async () => {
    const platform = manualPlatform({ start: Date.UTC(2026, 10, 20) });
    const { hub, storage } = notesHub({ platform });
    const crowd = (from: number, count: number) =>
      hub.publish(
        room,
        Array.from({ length: count }, (_, index) => noted(`n${from + index}`)),
      );
    await crowd(0, 1_500);
    platform.setNow(Date.UTC(2000, 0, 1));
    await crowd(1_500, 10);
    platform.setNow(Date.UTC(2100, 0, 1));
    await crowd(1_510, 10);
    const log = await logOf(storage, "room");
    expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
    expect(log).toHaveLength(1_520);
    expect(log.every(({ at }, index) => index === 0 || at >= (log[index - 1]?.at ?? 0))).toBe(true);
  });
});

describe("one lane", () => {
  it("AN-2 publishers that race are projected, stored and sent in one order", async () => {
    const storage = scriptedStorage();
    let turn = 0;
    storage.beforeCommit = async () => {
      turn += 1;
      for (let wait = 0; wait < turn % 4; wait += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    const { hub } = notesHub({ storage, limits: { maxBatchEvents: 3 } });
    await hub.publish(room, [noted("a")]);
    const follower = await follow(hub, "room");
    const letters = Array.from({ length: 200 }, (_, index) => String.fromCharCode(97 + (index % 26)));
    await Promise.all(
      letters.map(async (letter, index) => {
        if (index % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        await hub.publish(room, [grown("a", letter)]);
      }),
    );
    const inLogOrder = (await logOf(storage, "room")).slice(1).map(({ payload }) => JSON.parse(payload).text);
    const fold = follower.read();
    expect(fold.violations).toEqual([]);
    expect(fold.ordinal).toBe(201n);
    expect(foldedNotes(fold)).toEqual([`a:${inLogOrder.join("")}`]);
    expect(await notesIn(hub, "room")).toEqual([`a:${inLogOrder.join("")}`]);
  });
});
