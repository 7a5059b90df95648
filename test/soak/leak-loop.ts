/** Owns clients that come and go: each connects, subscribes, hears of a commit, unsubscribes and leaves. */
import { noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { type MemoryServer, memoryServer } from "../server-faults/harness/memory-server.ts";
import { sessionKey } from "../server-faults/harness/notes-hub.ts";
import { type Leftovers, leftovers } from "./leftovers.ts";

const WAYS = ["leave", "vanish", "unsubscribe"] as const;

export interface LeakLoopReport {
  readonly before: Leftovers;
  readonly after: Leftovers;
  /** Clients that did not hear of the commit. */
  readonly deaf: number;
}

export async function leakLoop(
  loops: number,
  onLoop: (loop: number, server: MemoryServer) => Promise<void> = async () => undefined,
): Promise<LeakLoopReport> {
  const server = memoryServer();
  const { hub, platform } = server;
  await hub.publish(sessionKey("room"), [noted("a")]);
  await platform.advance(6 * 60_000);
  const before = leftovers(server);
  let deaf = 0;
  for (let loop = 0; loop < loops; loop += 1) {
    const socket = await server.connect();
    socket.subscribe("room");
    await platform.settle();
    await hub.publish(sessionKey("room"), [noted("a", `${loop}`)]);
    await platform.settle();
    if (!socket.texts.some((text) => text.startsWith('{"timeline"'))) deaf += 1;
    const way = WAYS[loop % WAYS.length];
    if (way === "unsubscribe") socket.say({ unsubscribe: { sessionId: "room" } });
    if (way === "vanish") socket.vanish();
    else socket.leave();
    await platform.settle();
    await onLoop(loop, server);
  }
  await platform.advance(6 * 60_000);
  return { before, after: leftovers(server), deaf };
}
