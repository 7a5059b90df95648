import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect, inject, it, vi } from "vitest";

const postgresUrl = inject("postgresUrl");
const redisUrl = inject("redisUrl");

describe("the databases of the tests", () => {
  it.skipIf(postgresUrl === null)("PostgreSQL answers, in a version that is still maintained", async () => {
    const client = new pg.Client({ connectionString: postgresUrl ?? "" });
    await client.connect();
    const { rows } = await client.query("SHOW server_version_num");
    await client.end();
    expect(Number(rows[0].server_version_num)).toBeGreaterThanOrEqual(140_000);
  });

  it.skipIf(redisUrl === null)("Redis carries a message from one connection to another", async () => {
    const [listener, speaker] = [new Redis(redisUrl ?? ""), new Redis(redisUrl ?? "")];
    const heard: string[] = [];
    listener.on("message", (_channel, text) => heard.push(text));
    await listener.subscribe("probe");
    // Other tests on this server cut off whoever listens.
    await vi.waitFor(async () => {
      await speaker.publish("probe", "hello");
      expect(heard).toContain("hello");
    }, 20_000);
    listener.disconnect();
    speaker.disconnect();
  });
});
