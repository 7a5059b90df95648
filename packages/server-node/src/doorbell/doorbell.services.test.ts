import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { createHub } from "../hub/create-hub.ts";
import { alice, attachRequest, room } from "../hub/testing/hub-scene.ts";
import { noted, notesModule } from "../hub/testing/notes-module.ts";
import { sharedMemory, sharedMemoryStorage } from "../storage/memory/shared-memory-storage.ts";
import type { Doorbell } from "./contract.ts";
import { postgresDoorbell } from "./postgres/postgres-doorbell.ts";
import { redisDoorbell } from "./redis/redis-doorbell.ts";

const WITHIN = { timeout: 20_000, interval: 10 };

/** A bus, and what can be done to it. */
interface Bus {
  doorbell(): Doorbell;
  /** What others can read there. */
  overhear(): Promise<readonly string[]>;
  cutListeners(): Promise<void>;
}

function redisBus(url: string): Bus {
  const prefix = `test-${randomBytes(6).toString("hex")}:`;
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return {
    doorbell: () => redisDoorbell({ client, prefix }),
    async overhear() {
      const heard: string[] = [];
      const spy = client.duplicate();
      onTestFinished(() => spy.disconnect());
      await spy.psubscribe(`${prefix}*`);
      spy.on("pmessage", (_, channel: string, text: string) => heard.push(`${channel} ${text}`));
      return heard;
    },
    cutListeners: async () => void (await client.call("CLIENT", "KILL", "TYPE", "pubsub")),
  };
}

function postgresBus(url: string): Bus {
  const channel = `test_${randomBytes(6).toString("hex")}`;
  const application_name = channel;
  const pool = new pg.Pool({ connectionString: url, application_name, max: 4 });
  pool.on("error", () => undefined);
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  onTestFinished(async () => {
    await Promise.all([pool.end(), admin.end()]);
  });
  return {
    doorbell: () => postgresDoorbell({ pool, channel }),
    async overhear() {
      const heard: string[] = [];
      const spy = await admin.connect();
      onTestFinished(() => spy.release(true));
      await spy.query(`LISTEN ${channel}`);
      spy.on("notification", ({ payload = "" }) => heard.push(payload));
      return heard;
    },
    cutListeners: async () =>
      void (await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [
        application_name,
      ])),
  };
}

const BUSES = [
  ["Redis", inject("redisUrl"), redisBus],
  ["PostgreSQL", inject("postgresUrl"), postgresBus],
] as const;

describe.each(BUSES)("a doorbell over %s", (_name, url, busAt) => {
  /** Hubs that would not poll while the test lasts: what they hear was rung. */
  function hubsOn(bus: Bus) {
    const memory = sharedMemory(() => performance.now());
    return () => {
      const followed: bigint[] = [];
      const hub = createHub({
        storage: sharedMemoryStorage(memory),
        modules: [notesModule()],
        authorize: () => true,
        doorbell: bus.doorbell(),
        limits: { healMs: 3_600_000 },
        onPipeline: ({ mode, ordinal }) => void (mode === "caught-up" && followed.push(ordinal)),
      });
      onTestFinished(() => hub.close());
      const listening = () => vi.waitFor(() => expect(hub.stats().doorbell).toBe("listening"), WITHIN);
      const heard = (ordinal: bigint) => vi.waitFor(() => expect(followed.at(-1)).toBe(ordinal), WITHIN);
      return { hub, followed, listening, heard };
    };
  }

  it.skipIf(url === null)("brings every hub to the last head", async () => {
    const start = hubsOn(busAt(url ?? ""));
    const [a, b, c] = [start(), start(), start()];
    await Promise.all([a, b, c].map(({ listening }) => listening()));
    await Promise.all([b, c].map(({ hub }) => hub.attach(alice, attachRequest())));
    for (let n = 1; n <= 100; n += 1) await a.hub.publish(room, [noted(`${n}`)]);
    await Promise.all([b.heard(100n), c.heard(100n)]);
    expect(b.followed.length).toBeLessThan(100);
  });

  it.skipIf(url === null)("F-B1 comes back when its connection was cut, and what was missed is found", async () => {
    const bus = busAt(url ?? "");
    const start = hubsOn(bus);
    const [a, b] = [start(), start()];
    await Promise.all([a, b].map(({ listening }) => listening()));
    await b.hub.attach(alice, attachRequest());
    for (let round = 1; round <= 3; round += 1) {
      await bus.cutListeners();
      for (let n = 1; n <= 10; n += 1) await a.hub.publish(room, [noted(`${round}-${n}`)]);
      await b.heard(BigInt(round * 10));
      await b.listening();
    }
  });

  it.skipIf(url === null)("F-B8 tells whoever overhears it no tenant and no content", async () => {
    const bus = busAt(url ?? "");
    const overheard = await bus.overhear();
    const a = hubsOn(bus)();
    await a.listening();
    const session = { tenant: "secret-tenant", session: "s1" };
    await a.hub.publish(session, [noted("secret-id", "secret text")]);
    const heads = () => overheard.filter((text) => text.includes('"h"'));
    await vi.waitFor(() => expect(heads()).toHaveLength(1), WITHIN);
    expect(overheard.join()).not.toContain("secret");
    expect(heads().join().length).toBeLessThan(200);
  });
});

const redisUrl = inject("redisUrl");

describe.skipIf(redisUrl === null)("Redis", () => {
  it("F-B3 flushed in the middle loses nothing", async () => {
    const client = new Redis(redisUrl ?? "");
    onTestFinished(() => client.disconnect());
    const prefix = `test-${randomBytes(6).toString("hex")}:`;
    const memory = sharedMemory(() => performance.now());
    const followed: bigint[] = [];
    const start = () =>
      createHub({
        storage: sharedMemoryStorage(memory),
        modules: [notesModule()],
        authorize: () => true,
        doorbell: redisDoorbell({ client, prefix }),
        limits: { healMs: 1_000 },
        onPipeline: ({ mode, ordinal }) => void (mode === "caught-up" && followed.push(ordinal)),
      });
    const [a, b] = [start(), start()];
    onTestFinished(async () => void (await Promise.all([a.close(), b.close()])));
    await b.attach(alice, attachRequest());
    for (let n = 1; n <= 50; n += 1) {
      await a.publish(room, [noted(`${n}`)]);
      if (n === 20) await client.flushall();
      if (n === 30) await client.call("CLIENT", "PAUSE", "200");
    }
    await vi.waitFor(() => expect(followed.at(-1)).toBe(50n), WITHIN);
  });
});
