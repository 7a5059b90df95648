/** A database ends connections as it likes, and `pg` tells the connection: an error that nobody hears ends the process. */
import { postgresDoorbell } from "@sessionstream/server-node/doorbell/postgres";
import pg from "pg";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { inTransaction } from "../../packages/server-node/src/storage/postgres/pool.ts";
import { DONE, NOTHING, partingPostgres, TERMINATED, WELCOME } from "./harness/parting-postgres.ts";

let escaped: unknown[] = [];
const hear = (error: unknown) => void escaped.push(error);

beforeEach(() => {
  escaped = [];
  process.on("uncaughtException", hear);
});

afterEach(() => {
  process.off("uncaughtException", hear);
});

async function poolOf(answers: readonly Buffer[]): Promise<pg.Pool> {
  const server = await partingPostgres(answers);
  const pool = new pg.Pool({ connectionString: server.url });
  // As the guide has it: for connections that are idle.
  pool.on("error", () => undefined);
  onTestFinished(async () => {
    await pool.end();
    await server[Symbol.asyncDispose]();
  });
  return pool;
}

const AT_THE_FIRST_STATEMENT = [
  ["as soon as it is made", [Buffer.concat([WELCOME, TERMINATED])]],
  ["at the first statement", [WELCOME, TERMINATED]],
  ["at the first statement, without a word", [WELCOME, NOTHING]],
  ["right after the first statement", [WELCOME, Buffer.concat([DONE, TERMINATED])]],
] as const;

it.each([
  ...AT_THE_FIRST_STATEMENT,
  ["at the second statement", [WELCOME, DONE, TERMINATED]],
  ["at the second statement, without a word", [WELCOME, DONE, NOTHING]],
] as const)("F-D9 a connection lost %s fails its transaction, and no more", async (_when, answers) => {
  const pool = await poolOf(answers);
  const work = inTransaction(pool, "BEGIN", (client) => client.query({ text: "SELECT 1" }));
  await expect(work).rejects.toThrow(/terminat|not queryable/);
  expect(escaped).toEqual([]);
  expect(pool.totalCount).toBe(0);
});

it.each(AT_THE_FIRST_STATEMENT)("F-B1 a doorbell whose connection is lost %s listens anew", async (_when, answers) => {
  const pool = await poolOf(answers);
  const doorbell = postgresDoorbell({ pool, setTimer: (_delayMs, callback) => atOnce(callback) });
  await new Promise<void>((resolve) => {
    let lost = 0;
    const stop = doorbell.listen({
      tenantOf: () => undefined,
      heard: () => undefined,
      connected: () => undefined,
      disconnected() {
        lost += 1;
        if (lost < 3) return;
        stop();
        resolve();
      },
    });
  });
  expect(escaped).toEqual([]);
});

function atOnce(callback: () => void): () => void {
  const soon = setImmediate(callback);
  return () => clearImmediate(soon);
}
