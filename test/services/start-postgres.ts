/**
 * Owns a real PostgreSQL for tests: its own cluster, its own port, everybody trusted. Without syncs: they differ by a
 * power cut alone, which no test makes, and a busy disk would have every commit wait for them.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { type ChildServer, freePort, makeServerFolder, serverIdentity, startChildServer } from "./child-server.ts";
import { findPostgresPrograms } from "./postgres-programs.ts";

export interface TestPostgres extends ChildServer {
  readonly url: string;
}

/** @returns `null` when there is no PostgreSQL on this machine. */
export async function startPostgres(): Promise<TestPostgres | null> {
  const folder = makeServerFolder("postgres");
  const programs = findPostgresPrograms(folder);
  if (programs === null) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const data = join(folder, "data");
  const cluster = [
    "--pgdata",
    data,
    "--username=postgres",
    "--auth=trust",
    "--no-sync",
    "--locale=C",
    "--encoding=UTF8",
  ];
  execFileSync(programs.initdb, cluster, { stdio: "pipe", cwd: folder, ...serverIdentity() });
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = [
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
    "max_connections=200",
    "fsync=off",
  ];
  const server = await startChildServer({
    program: programs.postgres,
    args: ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    folder,
    answers: () => answers(url),
    // "Immediate shutdown": waits for its children, which a SIGKILL leaves to find out by themselves.
    stopSignal: "SIGQUIT",
  });
  return { ...server, url };
}

async function answers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // A connection that breaks is told by `connect` and `query` as well.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
  } finally {
    await client.end();
  }
}
