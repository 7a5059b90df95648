import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import fc from "fast-check";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BusyFile, busyFile, contentsOf, type Damage, develop, type Photograph } from "./torn-wal.ts";

/** Libsql keeps a closed database's files open until its statements are collected. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  await setImmediate();
}

/** `npm run torn-wal:long` sets it. */
const TEARS = Number(process.env["TORN_WALS"] ?? 300);
const TIMEOUT_MS = 120_000 + TEARS * 100;

const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.constant({ type: "cut" as const }),
  fc.integer({ min: 1, max: 8_192 }).map((bytes) => ({ type: "zeroed" as const, bytes })),
  fc.uint8Array({ minLength: 1, maxLength: 4_096 }).map((noise) => ({ type: "garbled" as const, noise })),
);

describe("a write-ahead log whose tail a power cut took or garbled", () => {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-torn-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let file: BusyFile;
  let opened = 0;
  const lost = new Map<number, number>();

  beforeAll(async () => {
    file = await busyFile(join(folder, "busy.db"));
  });

  /** @returns how many commits are still there, having checked that they are whole and all before them is too. */
  async function survivors(photograph: Photograph, offset: number, damage: Damage): Promise<number> {
    opened += 1;
    const path = join(folder, `${opened}.db`);
    develop(path, photograph, offset, damage);
    if (opened % 100 === 0) await collectGarbage();
    const database = new Database(path);
    const storage = sqliteStorage({ database });
    const contents = await contentsOf(storage);
    await storage.close();
    expect(database.prepare("PRAGMA integrity_check").pluck().all()).toEqual(["ok"]);
    database.close();
    rmSync(path);
    const commits = contents.flatMap(({ commands }) => commands).filter((command) => command !== null).length;
    expect(contents).toEqual(file.history[commits]);
    return commits;
  }

  it(
    "F-D7 F-D1 leaves a beginning of what was committed, and all that was synced before the damage",
    async () => {
      const tears = fc.asyncProperty(fc.nat(), fc.nat(), damages, async (which, where, damage) => {
        const photograph = file.photographs[which % file.photographs.length];
        if (photograph === undefined) throw new Error("No photograph was taken");
        const { checkpointed, walEnds } = photograph;
        const offset = where % (walEnds.at(-1) ?? 0);
        const commits = await survivors(photograph, offset, damage);
        const synced = checkpointed + walEnds.filter((end) => end <= offset).length;
        expect(commits).toBeGreaterThanOrEqual(synced);
        const missing = checkpointed + walEnds.length - commits;
        lost.set(missing, (lost.get(missing) ?? 0) + 1);
      });
      await fc.assert(tears, { numRuns: TEARS });
      if ("TORN_WALS" in process.env) {
        process.stdout.write(
          `${opened} logs opened; commits lost: ${[...lost].sort(([a], [b]) => a - b).join("; ")}\n`,
        );
      }
    },
    TIMEOUT_MS,
  );

  it("F-D7 loses nothing when only what was never synced is damaged", async () => {
    for (const { wal, ...photograph } of file.photographs) {
      const unsynced = { ...photograph, wal: Buffer.concat([wal, Buffer.alloc(5_000, 7)]) };
      const end = photograph.walEnds.at(-1) ?? 0;
      const commits = await survivors(unsynced, end, { type: "zeroed", bytes: 5_000 });
      expect(commits).toBe(photograph.checkpointed + photograph.walEnds.length);
    }
  });
});
