import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { expect, it, onTestFinished } from "vitest";
import { contents } from "../../testing/storage-conformance/check.ts";
import { aCommand, anEntity, commitAfter, SESSION } from "../../testing/storage-conformance/records.ts";
import type { SafeIntegersHandle } from "./driver.ts";
import { sqliteStorage } from "./sqlite-storage.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

/** Calls back before and after each statement. */
function stepping(inner: SafeIntegersHandle, step: () => void): SafeIntegersHandle {
  const around = <Result>(work: () => Result): Result => {
    step();
    const result = work();
    step();
    return result;
  };
  return {
    exec: (sql) => around(() => inner.exec(sql)),
    prepare(sql) {
      const statement = inner.prepare(sql);
      return {
        run: (...values) => around(() => statement.run(...values)),
        get: (...values) => around(() => statement.get(...values)),
        all: (...values) => around(() => statement.all(...values)),
        safeIntegers: (on) => statement.safeIntegers(on),
      };
    },
    close: () => inner.close(),
  };
}

it("F-D1 a process killed between any two statements of a commit leaves all of it or nothing", async () => {
  const file = temporaryFile();
  onTestFinished(() => file.remove());
  const database = new Database(file.path);
  onTestFinished(() => void database.close());
  const copies: string[] = [];
  let killing = false;
  // What a killed process leaves behind: the files as they lie there at this moment.
  const storage = sqliteStorage({
    database: stepping(database, () => {
      if (!killing) return;
      const folder = join(file.path, "..", `${copies.length}`);
      mkdirSync(folder);
      for (const suffix of ["", "-wal"]) {
        if (existsSync(`${file.path}${suffix}`))
          copyFileSync(`${file.path}${suffix}`, join(folder, `chat.db${suffix}`));
      }
      copies.push(join(folder, "chat.db"));
    }),
  });
  const first = commitAfter(null, "r1", {
    events: 2,
    command: aCommand("c1"),
    entities: { put: [anEntity("a"), anEntity("b")], forget: [] },
  });
  await storage.commit(first);
  const before = await contents(storage);
  const second = commitAfter(first.head, "r2", {
    events: 3,
    command: aCommand("c2"),
    entities: { put: [anEntity("a", { updatedAt: 7 }), anEntity("c")], forget: [{ kind: "Message", id: "b" }] },
  });
  killing = true;
  await storage.commit(second);
  killing = false;
  const after = await contents(storage);

  const found: string[] = [];
  for (const path of copies) {
    const left = sqliteStorage({ path });
    const command = await left.command(SESSION, "c2");
    const revision = (await left.load(SESSION))?.head.revision ?? "none";
    expect(await contents(left)).toEqual(revision === "r1" ? before : after);
    expect(command !== null).toBe(revision === "r2");
    found.push(revision);
    await left.close();
  }
  expect(found.length).toBeGreaterThan(16);
  expect(new Set(found)).toEqual(new Set(["r1", "r2"]));
});
