import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createHub, event } from "@sessionstream/server-node";
import { ChatUserMessageAccepted } from "@sessionstream/server-node/chat";
import { postgresStorage } from "@sessionstream/server-node/postgres";
import { describeStorageConformance } from "@sessionstream/server-node/testing/vitest";
import pg from "pg";
import { afterAll, describe, expect, inject, it } from "vitest";
import { ada, idleChatModule } from "../crash/chat-under-test.ts";
import { LONG } from "./lane.ts";

const CHILD = fileURLToPath(
  new URL("../../packages/server-node/src/storage/postgres/testing/postgres-child.ts", import.meta.url),
);
const url = inject("postgresUrl");
const script = readFileSync(new URL("../../docs/guides/partition-by-session.sql", import.meta.url), "utf8");

describe.skipIf(url === null)("PostgreSQL, divided by session as the guide says", () => {
  const pool = new pg.Pool({ connectionString: url ?? "", max: 10 });
  afterAll(() => pool.end());

  const newSchema = () => `divided_${randomBytes(8).toString("hex")}`;
  const drop = (schema: string) => pool.query(`DROP SCHEMA ${schema} CASCADE`);
  const divide = (schema: string, pieces: number) =>
    pool.query(script.replace("TO sessionstream;", `TO ${schema};`).replace(":= 16;", `:= ${pieces};`));

  it("keeps what was stored before, and goes on where it was", async () => {
    const schema = newSchema();
    const room = { tenant: ada.tenant, session: "room" };
    const say = (messageId: string) =>
      event(ChatUserMessageAccepted, { messageId, role: "user", content: messageId, status: "accepted" });
    const open = async () =>
      createHub({
        storage: await postgresStorage({ pool, schema }),
        modules: [idleChatModule()],
        authorize: () => true,
        checkpoint: "always",
      });
    const before = await open();
    await before.publish(room, [say("before")]);
    await before.close();
    await divide(schema, 16);
    const after = await open();
    await after.publish(room, [say("after")]);
    const snapshot = await after.snapshot({ principal: ada, session: "room" });
    expect(snapshot?.entities.map(({ id }) => id)).toEqual(["before", "after"]);
    await after.close();
    const { rows } = await pool.query(`SELECT DISTINCT tableoid::regclass::text AS table FROM ${schema}.event`);
    expect(rows).toEqual([{ table: expect.stringMatching(/\.event_\d+$/) }]);
    await drop(schema);
  });

  if (LONG) {
    describeStorageConformance("divided", {
      open: async () => {
        const schema = newSchema();
        const storage = await postgresStorage({ pool, schema });
        await divide(schema, 4);
        const dispose = async () => {
          await storage.close();
          await drop(schema);
        };
        return { storage, schema, dispose };
      },
      reopen: ({ schema }) => postgresStorage({ pool, schema }),
      process: ({ schema }) =>
        fork(CHILD, [url ?? "", schema], {
          execArgv: ["--conditions=@sessionstream/source", "--import", "tsx"],
          serialization: "advanced",
        }),
      faults: { missing: "shown on the tables as they are made" },
      shared: true,
      retention: true,
      redaction: true,
    });
  }
});
