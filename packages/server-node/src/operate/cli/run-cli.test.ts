import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqliteStorage } from "../../storage/sqlite/sqlite-storage.ts";
import { temporaryFile } from "../../storage/sqlite/testing/temporary-file.ts";
import { CANARY, operate, writeSession } from "../testing/operator-story.ts";
import { NOTES, runBin, runHere, runUnread } from "../testing/run-bin.ts";

async function aFile(): Promise<string> {
  const file = temporaryFile();
  onTestFinished(() => file.remove());
  const storage = sqliteStorage({ path: file.path, synchronous: "NORMAL" });
  await writeSession(storage);
  await storage.close();
  return file.path;
}

/** The database and whatever SQLite keeps beside it. */
function bytesBeside(path: string): string {
  const names = readdirSync(dirname(path)).filter((name) => join(dirname(path), name).startsWith(path));
  return names.map((name) => readFileSync(join(dirname(path), name), "latin1")).join("\n");
}

describe("sessionstream", () => {
  it("L06 C50 F-E4 looks at, moves, shortens and erases sessions of a SQLite file, and leaves no trace of what it erased", async () => {
    const path = await aFile();
    expect(bytesBeside(path)).toContain(CANARY);
    await operate(`sqlite:${path}`);
    const storage = sqliteStorage({ path });
    await storage.remove({ tenant: "acme", session: "copy" });
    const left = bytesBeside(path);
    await storage.close();
    expect(left).toContain("sessionstream.Erased");
    expect(left).not.toContain(CANARY);
  });

  it("L06 runs on a module of the app's, and writes transcripts of a chat", async () => {
    const module = fileURLToPath(new URL("../testing/app-storage.ts", import.meta.url));
    const { code, out } = await runHere("export", "acme/chat-1", "--storage", module, "--format", "markdown");
    expect(code).toBe(0);
    expect(out).toContain("## user");
    expect(out).toContain("What is 6 × 7?");
    const json = await runHere("export", "acme/chat-1", "--storage", module, "--format", "json");
    expect(JSON.parse(json.out).entries[0]).toMatchObject({ type: "message", role: "user", text: "What is 6 × 7?" });
  });

  it("L06 H37 C51 says by its exit code and in words what was wrong", async () => {
    const path = await aFile();
    const on = ["--storage", `sqlite:${path}`, "--modules", NOTES];
    const broken = join(dirname(path), "broken.db");
    copyFileSync(NOTES, broken);
    const unlike = fileURLToPath(new URL("../testing/operator-story.ts", import.meta.url));
    const cases: readonly (readonly [code: number, says: string, argv: readonly string[]])[] = [
      [2, "--help", []],
      [2, "no command", ["dance", ...on]],
      [2, "--nonsense", ["inspect", "acme/room-1", "--nonsense", ...on]],
      [2, "which storage", ["inspect", "acme/room-1"]],
      [2, "tenant/session", ["inspect", "room-1", ...on]],
      [2, "no file", ["inspect", "acme/room-1", "--storage", "sqlite:/nowhere/at.db"]],
      [2, "cannot be loaded", ["inspect", "acme/room-1", "--storage", "./nowhere.ts"]],
      [2, "sqlite:chat.db", ["inspect", "acme/room-1", "--storage", "chat.db"]],
      [2, `sqlite:${path}`, ["inspect", "acme/room-1", "--storage", path]],
      [2, "mysql://db/chat is no storage", ["inspect", "acme/room-1", "--storage", "mysql://db/chat"]],
      [2, "exports no storage", ["inspect", "acme/room-1", "--storage", NOTES]],
      [2, "exports no modules", ["inspect", "acme/room-1", "--storage", `sqlite:${path}`, "--modules", unlike]],
      [2, "--as-of", ["replay", "acme/room-1", "--as-of", ...on]],
      [2, "no ordinal", ["replay", "acme/room-1", "--as-of", "x", ...on]],
      [2, "jsonl", ["export", "acme/room-1", "--format", "yaml", ...on]],
      [2, "keepEvents", ["retain", "acme/room-1", ...on]],
      [2, "whole number", ["retain", "acme/room-1", "--keep-days", "1.5", ...on]],
      [2, "--yes", ["erase", "acme/room-1", "2", ...on]],
      [2, "--modules", ["rebuild", "acme/room-1", "--storage", `sqlite:${path}`]],
      [3, "no session", ["inspect", "acme/nobody", ...on]],
      [5, "SQLite database", ["inspect", "acme/room-1", "--storage", `sqlite:${broken}`]],
    ];
    for (const [code, says, argv] of cases) {
      const ran = await runHere(...argv);
      expect({ argv, code: ran.code, out: ran.out }).toEqual({ argv, code, out: "" });
      expect(ran.err).toContain(says);
    }
    expect(await runHere("--help")).toMatchObject({ code: 0, out: expect.stringContaining("Usage") });
  });

  it.each([
    ["sessionstream_entity SET removed = 7", "removed"],
    ["sessionstream_event SET skipped_by = '{'", "skipped_by"],
    ["sessionstream_base SET entities = '{'", "base"],
  ])("L06 F-D17 a session after %s is told, and the others are looked at", async (damage, says) => {
    const path = await aFile();
    const on = ["--storage", `sqlite:${path}`, "--modules", NOTES];
    await runHere("retain", "acme/room-1", "--keep-events", "2", ...on);
    const database = new Database(path);
    database.exec(`UPDATE ${damage}`);
    database.close();
    const sound = sqliteStorage({ path });
    await writeSession(sound, "room-2");
    await sound.close();
    const { code, out } = await runHere("verify", "--json", ...on);
    const told = out.trim().split("\n");
    expect(code).toBe(1);
    expect(told.map((line) => JSON.parse(line))).toMatchObject([
      { session: { session: "room-1" }, problems: [expect.stringContaining(says)] },
      { session: { session: "room-2" }, ordinal: "5", problems: [], compared: true },
    ]);
  });

  it("L06 does what it was told, also when nobody reads on", async () => {
    const path = await aFile();
    const on = ["--storage", `sqlite:${path}`, "--modules", NOTES];
    const retained = await runUnread(["retain", "--all", "--keep-events", "2", ...on]);
    expect(retained).toEqual({ code: 0, out: "", err: "" });
    expect((await runHere("inspect", "acme/room-1", ...on)).out).toContain("floor 3");
  });

  it("L06 tells problems by the exit code 1, one line for each", async () => {
    const path = await aFile();
    const storage = sqliteStorage({ path });
    const session = { tenant: "acme", session: "room-1" };
    const found = await storage.load(session);
    if (found === null) throw new Error("nothing stored");
    const head = { ...found.head, revision: "damaged", tag: "another" };
    await storage.commit({ session, expect: found.head.revision, head, events: [] });
    await storage.close();
    const ran = await runBin(["verify", "--storage", `sqlite:${path}`, "--modules", NOTES]);
    expect(ran).toEqual({ code: 1, err: "", out: "acme/room-1: the head's tag is not the id of event 5\n" });
  });
});
