/** Two processes on one SQLite file: equal events are two events, and a read is one moment. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { grown, noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { temporaryFile } from "../../packages/server-node/src/storage/sqlite/testing/temporary-file.ts";
import { foldedNotes, follow, logOf, notesHub, notesIn, sessionKey } from "../server-faults/harness/notes-hub.ts";

const DELTAS = 60;
const room = sessionKey("room");

async function secondWriter(path: string) {
  const program = fileURLToPath(new URL("./second-writer.ts", import.meta.url));
  const child = fork(program, [path, room.session], {
    execArgv: ["--conditions=@sessionstream/source", "--import", "tsx"],
  });
  onTestFinished(() => void child.kill());
  await once(child, "message");
  return {
    /** Resolves when the other process has said the same `deltas` times. */
    async write(deltas: number): Promise<void> {
      const done = once(child, "message");
      child.send(deltas);
      await done;
    },
    async end(): Promise<void> {
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}

describe("one file, two processes", () => {
  it("AN-8 AN-9 F-S5 equal deltas of two hubs are all there, once, and no read mixes two moments", async () => {
    const file = temporaryFile();
    onTestFinished(() => file.remove());
    const storage = sqliteStorage({ path: file.path, synchronous: "NORMAL" });
    const { hub } = notesHub({ storage, checkpoint: "always" });
    await hub.publish(room, [noted("a")]);
    const follower = await follow(hub, room.session);
    const other = await secondWriter(file.path);
    const theirs = other.write(DELTAS);
    let reads = 0;
    for (let count = 0; count < DELTAS; count += 1) {
      await hub.publish(room, [grown("a", "ha")]);
      for (let look = 0; look < 5; look += 1) {
        const loaded = await storage.load(room);
        const note = loaded?.entities.find(({ kind }) => kind === "Note");
        const { text } = JSON.parse(note?.payload ?? "{}");
        // Event 1 made the note, every later one added two letters.
        expect([note?.lastEventOrdinal, BigInt((text ?? "").length) / 2n + 1n]).toEqual([
          loaded?.head.ordinal,
          loaded?.head.ordinal,
        ]);
        reads += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await theirs;
    await other.end();
    await hub.publish(room, [grown("a", "!")]);
    const all = `a:${"ha".repeat(2 * DELTAS)}!`;
    expect(reads).toBe(5 * DELTAS);
    expect(await notesIn(hub, room.session)).toEqual([all]);
    const fold = follower.read();
    expect({ violations: fold.violations, notes: foldedNotes(fold) }).toEqual({ violations: [], notes: [all] });
    const log = await logOf(storage, room.session);
    expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
    expect(new Set(log.map(({ id }) => id)).size).toBe(2 * DELTAS + 2);
    await hub.close();
  });
});
