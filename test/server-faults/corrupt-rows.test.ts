import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import Database from "libsql";
import { describe, expect, it } from "vitest";
import { grown, noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { temporaryFile } from "../../packages/server-node/src/storage/sqlite/testing/temporary-file.ts";
import { ada, foldedNotes, follow, notesHub, notesIn, sessionKey } from "./harness/notes-hub.ts";
import { socketServer } from "./harness/socket-server.ts";

const SESSIONS = 100;

/** A file of a hundred sessions, of which `damage` has been done to the rows of number 42. */
async function damagedFile(damage: (sql: string) => string) {
  const file = temporaryFile();
  const storage = sqliteStorage({ path: file.path, synchronous: "NORMAL" });
  const { hub } = notesHub({ storage });
  for (let index = 0; index < SESSIONS; index += 1) {
    await hub.publish(sessionKey(`s-${index}`), [noted("a", "one"), noted("b", "two")]);
    await hub.publish(sessionKey(`s-${index}`), [grown("b", "!")]);
  }
  await hub.close();
  const database = new Database(file.path);
  database.exec("PRAGMA ignore_check_constraints = ON");
  const key = "(SELECT key FROM sessionstream_session WHERE session = 's-42')";
  database.exec(damage(key));
  database.close();
  const reopened = sqliteStorage({ path: file.path, synchronous: "NORMAL" });
  const scene = notesHub({ storage: reopened });
  return {
    ...scene,
    async [Symbol.asyncDispose]() {
      await scene.hub.close();
      file.remove();
    },
  };
}

/** The other 99 are served as ever, reads and writes. */
async function othersLive({ hub }: Awaited<ReturnType<typeof damagedFile>>): Promise<void> {
  for (let index = 0; index < SESSIONS; index += 1) {
    if (index === 42) continue;
    expect(await notesIn(hub, `s-${index}`)).toEqual(["a:one", "b:two!"]);
  }
  await hub.publish(sessionKey("s-41"), [grown("b", "?")]);
  expect(await notesIn(hub, "s-41")).toEqual(["a:one", "b:two!?"]);
}

describe("one session's rows are damaged", () => {
  it("F-D17 H56 an entity that cannot be read is passed on as it is, on record, and survives what is written later", async () => {
    await using scene = await damagedFile(
      (key) =>
        `UPDATE sessionstream_entity SET payload = '{x' || substr(payload, 3) WHERE session_key = ${key} AND id = 'a'`,
    );
    const { hub, storage } = scene;
    const stored = (await storage.load(sessionKey("s-42")))?.entities.find(({ id }) => id === "a")?.payload;
    expect(await notesIn(hub, "s-42")).toEqual(["a:?", "b:two!"]);
    await othersLive(scene);
    expect(await hub.errors()).toMatchObject([
      { kind: "decode", code: "corrupt_data", subject: "Note/a", session: sessionKey("s-42"), raw: stored },
    ]);
    // A client is shown that there is something, not what nobody can redact.
    const fold = (await follow(hub, "s-42")).read();
    expect(fold.timeline().map(({ id, payload }) => [id, payload === null])).toEqual([
      ["a", true],
      ["all", false],
      ["b", false],
    ]);
    await hub.publish(sessionKey("s-42"), [grown("b", "?")]);
    await hub.drain();
    expect((await storage.load(sessionKey("s-42")))?.entities.find(({ id }) => id === "a")?.payload).toBe(stored);
  });

  it("F-D17 an event that cannot be read projects nothing, is on record with its text, and stays in the log", async () => {
    await using scene = await damagedFile(
      (key) => `
      UPDATE sessionstream_event SET payload = '{x' || substr(payload, 3) WHERE session_key = ${key} AND ordinal = 3;
      UPDATE sessionstream_session SET projected = 0 WHERE key = ${key};
      DELETE FROM sessionstream_entity WHERE session_key = ${key};`,
    );
    const { hub } = scene;
    expect(await notesIn(hub, "s-42")).toEqual(["a:one", "b:two"]);
    expect(await hub.errors()).toMatchObject([
      { kind: "decode", code: "corrupt_data", ordinal: 3n, subject: "Grown", raw: expect.stringMatching(/^\{x/) },
    ]);
    await hub.publish(sessionKey("s-42"), [noted("c", "three")]);
    expect(foldedNotes((await follow(hub, "s-42")).read())).toEqual(["a:one", "b:two", "c:three"]);
    await othersLive(scene);
  });

  it.each([
    [
      "a hole in the log",
      (key: string) =>
        `DELETE FROM sessionstream_event WHERE session_key = ${key} AND ordinal = 2; UPDATE sessionstream_session SET projected = 0 WHERE key = ${key}`,
    ],
    ["a head beyond the log", (key: string) => `UPDATE sessionstream_session SET ordinal = 9 WHERE key = ${key}`],
    [
      "a garbled list in an event",
      (key: string) =>
        `UPDATE sessionstream_event SET skipped_by = '[x' WHERE session_key = ${key}; UPDATE sessionstream_session SET projected = 0 WHERE key = ${key}`,
    ],
  ])("F-D17 I1: %s: that session says corrupt_data to everybody, and nothing is written on top", async (_, damage) => {
    await using scene = await damagedFile(damage);
    const { hub, errors } = scene;
    const corrupt = { code: "corrupt_data", retryable: false };
    await expect(hub.snapshot({ principal: ada, session: "s-42" })).rejects.toMatchObject(corrupt);
    await expect(hub.publish(sessionKey("s-42"), [noted("c")])).rejects.toMatchObject(corrupt);
    await using server = await socketServer(hub);
    await using client = await server.client();
    client.send({ subscribe: { sessionId: "s-42", capabilities: ["timeline"] } });
    const { error } = await client.next();
    expect(error).toMatchObject({ code: "corrupt_data", sessionId: "s-42" });
    expect(error?.retryable ?? false).toBe(false);
    expect(errors.every(({ session, code }) => session?.session === "s-42" && code === "corrupt_data")).toBe(true);
    await othersLive(scene);
  });
});
