/**
 * Owns the databases of a test run. TEST_POSTGRES_URL and TEST_REDIS_URL name servers that run already; without them
 * each is started, and where it cannot be, its tests are skipped and say so. REQUIRE_SERVICES=1 fails instead.
 */
import type { TestProject } from "vitest/node";
import { startPostgres } from "./start-postgres.ts";
import { startRedis } from "./start-redis.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Of a database that tests may fill; `null`: there is none. */
    readonly postgresUrl: string | null;
    /** Of a database that tests may flush; `null`: there is none. */
    readonly redisUrl: string | null;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = given("TEST_POSTGRES_URL") ?? (await startPostgres());
  const redis = given("TEST_REDIS_URL") ?? (await startRedis());
  if (postgres === null) missing("postgres", "run npm ci, or set TEST_POSTGRES_URL");
  if (redis === null) missing("redis", "apt-get install redis-server, or set TEST_REDIS_URL");
  project.provide("postgresUrl", postgres?.url ?? null);
  project.provide("redisUrl", redis?.url ?? null);
  return async () => {
    await postgres?.stop();
    await redis?.stop();
  };
}

function given(name: string): { readonly url: string; stop(): Promise<void> } | null {
  const url = process.env[name];
  return url === undefined || url === "" ? null : { url, stop: () => Promise.resolve() };
}

function missing(service: string, remedy: string): void {
  const told = `${service} tests: there is no ${service} server (${remedy})`;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(`REQUIRE_SERVICES=1, but ${told}`);
  console.warn(`SKIPPED ${told}`);
}
