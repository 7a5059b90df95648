/** Owns a real Redis for tests: its own port, nothing on disk. */
import { Redis } from "ioredis";
import { findProgram } from "../../scripts/find-program.ts";
import { type ChildServer, freePort, makeServerFolder, startChildServer } from "./child-server.ts";

export interface TestRedis extends ChildServer {
  readonly url: string;
}

/** @returns `null` when there is no Redis on this machine. */
export async function startRedis(): Promise<TestRedis | null> {
  const program = findProgram("redis-server", "valkey-server");
  if (program === null) return null;
  const folder = makeServerFolder("redis");
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const server = await startChildServer({
    program,
    args: ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no", "--dir", folder],
    folder,
    answers: () => answers(url),
  });
  return { ...server, url };
}

async function answers(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // A connection that breaks is told by `connect` and `ping` as well.
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
