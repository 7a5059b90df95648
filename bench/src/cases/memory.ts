/** G9: what a session of 10,000 entities keeps in memory, on the server and in a client, beside the size of its JSON. */
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { manualPlatform } from "@sessionstream/server-node/testing";
import type { BenchCase } from "../case.ts";
import { BIG_SESSION, writeBigSession } from "../fixtures/big-session.ts";
import { chatHub, follow, PRINCIPAL, seedMessages, sessionKey } from "../fixtures/chat-hub.ts";
import { CountingSink } from "../fixtures/counting-sink.ts";
import { joinClient } from "../fixtures/joined-client.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { atMost } from "../goal.ts";
import { printFacts } from "../report.ts";

const ENTITIES = 10_000;

export const memory: BenchCase = {
  async run({ pick }) {
    const folder = temporaryFolder();
    const path = folder.file("big.db");
    await writeBigSession(path, ENTITIES);
    const json = await jsonBytes(path);
    const big = await heapOfBigSession(path);
    const sessions = pick(1_000, 200);
    const idle = await heapOfIdleSessions(folder.file("idle.db"), sessions);
    folder.remove();
    printFacts("G9", `heap of a session of ${ENTITIES} entities, divided by its JSON`, {
      "JSON, MB": json / 1e6,
      "server, loaded": big.loaded / json,
      "server, after a FULL": big.served / json,
      client: big.client / json,
      [`${sessions} sessions in memory, MB`]: idle.peak / 1e6,
      [`${sessions} sessions evicted, MB left`]: idle.left / 1e6,
    });
    return [
      atMost("G9", "server heap to JSON, loaded", big.loaded / json, 2),
      atMost("G9", "server heap to JSON, after a FULL", big.served / json, 2),
      atMost("G9", "client heap to JSON", big.client / json, 3),
      atMost("G9", `${sessions} idle sessions evicted: heap left to heap before`, idle.left / idle.peak, 0.1),
    ];
  },
};

/** Bytes that stay after everything unreachable went. */
async function heap(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What a client is sent that has nothing. By a hub of its own: sending leaves texts in its caches. */
async function jsonBytes(path: string): Promise<number> {
  const hub = chatHub(sqliteStorage({ path }));
  const sink = new CountingSink();
  await follow(hub, sessionKey(BIG_SESSION), sink);
  await hub.close();
  return sink.bytes;
}

async function heapOfBigSession(path: string) {
  const hub = chatHub(sqliteStorage({ path }));
  const empty = await heap();
  await hub.snapshot({ principal: PRINCIPAL, session: BIG_SESSION });
  const loaded = await heap();
  const subscription = await follow(hub, sessionKey(BIG_SESSION), new CountingSink());
  subscription.detach();
  const served = await heap();
  const client = joinClient(hub, BIG_SESSION, 0);
  await client.hydrated();
  const both = await heap();
  client.close();
  await hub.close();
  return { loaded: loaded - empty, served: served - empty, client: both - served };
}

/** Time is moved by hand, so that nothing is evicted before it was measured. */
async function heapOfIdleSessions(path: string, sessions: number) {
  const platform = manualPlatform();
  const hub = chatHub(sqliteStorage({ path, synchronous: "NORMAL" }), platform);
  await seedMessages(hub, sessionKey("first"), 20, 400);
  await platform.advance(10 * 60_000);
  const empty = await heap();
  for (let index = 0; index < sessions; index += 1) await seedMessages(hub, sessionKey(`s-${index}`), 20, 400);
  const peak = await heap();
  await platform.advance(10 * 60_000);
  if (hub.stats().sessions > 0) throw new Error("not all sessions were evicted");
  const left = await heap();
  await hub.close();
  return { peak: peak - empty, left: left - empty };
}
