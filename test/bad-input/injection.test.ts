/**
 * Ids that are SQL, through a real database: in every field that is an id, on every way in. The hub would refuse most of
 * them at the door; an adapter may not rely on that.
 */
import { createHub, type MessageStorageAdapter, memoryStorage } from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFile } from "../../packages/server-node/src/storage/sqlite/testing/temporary-file.ts";
import { contents } from "../../packages/server-node/src/testing/storage-conformance/check.ts";
import {
  aCommand,
  anEntity,
  anEvent,
  commitAfter,
  SESSION,
} from "../../packages/server-node/src/testing/storage-conformance/records.ts";

const INJECTIONS = [
  "' OR '1'='1",
  "'; DROP TABLE sessions; --",
  '"; DELETE FROM events; --',
  "1; ATTACH DATABASE '/tmp/x' AS x",
  "' UNION SELECT payload FROM events --",
  "%",
  "_",
  "\\",
  "\\'",
  "$1",
  "?1",
  ":session",
  "@session",
  "/* */",
  "--",
  "SESSION-1",
  "se\u0301ssion-1",
  "session-1 ",
  "{{7*7}}",
  "$(reboot)",
  "__proto__",
  "constructor",
];

/** All that is known of a session, whatever its ids are. */
async function write(storage: MessageStorageAdapter, key: typeof SESSION, id: string): Promise<unknown> {
  const commit = commitAfter(
    null,
    `revision ${id}`,
    {
      head: { epoch: id, view: id },
      events: [anEvent(1n, { id, name: id, commandId: id })],
      command: aCommand(id, { scope: id, fingerprint: id }),
      entities: { put: [anEntity(id, { kind: id, commandId: id })], forget: [] },
    },
    key,
  );
  expect(await storage.commit(commit)).toEqual({ status: "committed" });
  return { ...(await contents(storage, key)), command: await storage.command(key, id) };
}

describe("ids through SQLite", () => {
  it.each(INJECTIONS)("X35 are data, in every field: %j", async (id) => {
    const file = temporaryFile();
    const storage = sqliteStorage({ path: file.path });
    onTestFinished(async () => {
      await storage.close();
      file.remove();
    });
    const bystander = await write(storage, SESSION, "bystander");
    const places = [
      { tenant: id, session: SESSION.session },
      { tenant: SESSION.tenant, session: id },
      { tenant: id, session: id },
    ];
    for (const key of places) {
      expect(await storage.load(key)).toBeNull();
      expect(await storage.command(key, "bystander")).toBeNull();
      // What the reference implementation keeps is what has to come back.
      expect(await write(storage, key, id)).toEqual(await write(memoryStorage(), key, id));
    }
    await storage.commit(
      commitAfter(
        (await storage.load(places[2] ?? SESSION))?.head ?? null,
        "forget",
        { entities: { put: [], forget: [{ kind: id, id }] } },
        places[2],
      ),
    );
    await storage.remove(places[1] ?? SESSION);
    const command = await storage.command(SESSION, "bystander");
    expect({ ...(await contents(storage, SESSION)), command }).toEqual(bystander);
    expect(await storage.load(places[0] ?? SESSION)).not.toBeNull();
  });

  it("X35 a NUL, which some databases cut a text at and others refuse, does not get so far", async () => {
    const hub = createHub({
      storage: memoryStorage(),
      modules: [chat({ engine: demoEngine() })],
      authorize: () => true,
    });
    const principal = { id: "ada", tenant: "acme" };
    const create = { principal, session: "s-1", command: "ChatCreateSession", payload: { profile: "" } };
    await expect(hub.submit({ ...create, id: "k\u0000x" })).rejects.toMatchObject({ code: "invalid_command" });
    expect(await hub.snapshot({ principal, session: "s-1" })).toBeNull();
    await hub.close();
  });
});
