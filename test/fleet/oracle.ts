/**
 * Owns what must be true of a session when its storm is over: a dense log in which everything stands once, runs that
 * ended once, stored entities and clients that are the fold of that log.
 */
import { createChatClient, type TimelineEntity } from "@sessionstream/client";
import { sessionId } from "@sessionstream/protocol";
import type { StoredEvent } from "@sessionstream/server-node";
import { expect, vi } from "vitest";
import { ada } from "../crash/chat-under-test.ts";
import { expectRunsSound, orphanedRuns } from "../crash/runs-in-log.ts";
import { logOnly, lookingHub, viewOf } from "../crash/stored-view.ts";
import { inProcessBackend } from "../wire/in-process-chat.ts";
import type { Fleet } from "./fleet.ts";
import { entitiesOf, type FleetClient, WHOLE_SESSION } from "./fleet-client.ts";
import { WITHIN } from "./lane.ts";

/** Every run that was asked for has its end. */
export async function untilAnswered(fleet: Fleet, session: string): Promise<void> {
  await vi.waitFor(async () => {
    const log = await fleet.log(session);
    const asked = log.filter(({ name }) => name === "ChatRunQueued").length;
    const begun = log.filter(({ name }) => name === "ChatRunStarted").length;
    expect([begun, orphanedRuns(log)]).toEqual([asked, []]);
  }, WITHIN);
}

/** @returns the log, and how its runs ended. */
export async function expectSound(
  fleet: Fleet,
  session: string,
): Promise<{ readonly log: readonly StoredEvent[]; readonly runEnds: readonly string[] }> {
  const log = await fleet.log(session);
  expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index) + 1n));
  expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
  const runEnds = expectRunsSound(log);
  expect(await viewOf(fleet.storage, session)).toEqual(await viewOf(logOnly(fleet.storage), session));
  return { log, runEnds };
}

/** Each client comes to show exactly what a client would that had never met the storm. */
export async function expectConverged(fleet: Fleet, clients: readonly FleetClient[]): Promise<void> {
  for (const session of new Set(clients.map((client) => client.session))) {
    const log = await fleet.log(session);
    const fold = await foldedEntities(fleet, session);
    for (const client of clients.filter((each) => each.session === session)) {
      await vi.waitFor(() => {
        const { ordinal, tag } = client.thread.timeline.getCursor();
        expect([client.isLive, ordinal, tag]).toEqual([true, BigInt(log.length), log.at(-1)?.id ?? ""]);
        expect(client.entities()).toEqual(fold);
      }, WITHIN);
    }
  }
}

async function foldedEntities(fleet: Fleet, session: string): Promise<readonly TimelineEntity[]> {
  const hub = lookingHub(logOnly(fleet.storage));
  const client = createChatClient({ backend: inProcessBackend(hub, ada, WHOLE_SESSION), maxEntities: WHOLE_SESSION });
  const { thread } = client.acquire(sessionId(session));
  await vi.waitUntil(() => thread.getStatus().hydration.type === "ready", WITHIN);
  const entities = entitiesOf(thread);
  client.close();
  await hub.close();
  return entities;
}
