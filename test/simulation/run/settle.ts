/**
 * Owns the time after the faults: one server is left, everybody is awake and online, and within 60 virtual seconds all
 * clients stand at the head, every own message is where it belongs, and every run has ended (I8).
 */

import { noteEvent } from "../../live-equals-reload/notes-module.ts";
import type { OpenThread, Tab } from "../client/tab.ts";
import { watermark } from "../server/watermark.ts";
import type { World } from "./world.ts";

const WITHIN_MS = 60_000;

export async function settle(world: World, stop: () => boolean): Promise<void> {
  const { clock, judge } = world.surroundings;
  const last = world.active ?? world.startHub();
  for (const hub of world.hubs) if (hub !== last) hub.leave();
  for (const machine of world.machines) {
    machine.online = true;
    machine.setClock(0);
    if (machine.asleep) machine.wake();
  }
  for (const tab of world.tabs) {
    tab.platform.visible = true;
    tab.platform.announce("wake");
  }
  const until = clock.now + WITHIN_MS;
  let known = 0;
  let open: string | null = null;
  while (!stop()) {
    await clock.advance(500, stop);
    // Of what other processes wrote a hub hears when it commits: there is no doorbell between them and nobody polls.
    if (world.hubs.length === 1 && world.foreignWrites !== known) {
      known = world.foreignWrites;
      nudge(world);
    }
    if (stop()) return;
    open = stillOpen(world);
    if (open === null && world.hubs.length === 1) return;
    if (clock.now >= until) break;
  }
  if (!stop()) judge.violate("I8", open ?? "servers that were to leave are still there");
}

function nudge(world: World): void {
  for (const key of world.everySession()) {
    const event = noteEvent({ type: "write", id: "last", text: watermark(key), open: false, twin: false });
    world.active?.hub.publish(key, [event]).catch(() => undefined);
  }
}

/** What has not come to rest, in words; `null`: everything has. */
function stillOpen(world: World): string | null {
  for (const tab of world.tabs) {
    for (const thread of tab.threads.values()) {
      const problem = threadProblem(world, tab, thread);
      if (problem !== null) return `${tab.name}:${thread.session} ${problem}`;
    }
  }
  return null;
}

function threadProblem(world: World, tab: Tab, { session, lease, watch }: OpenThread): string | null {
  const { hydration, pending } = lease.thread.getStatus();
  const { principal } = tab.machine;
  if (!world.surroundings.mayRead(principal, session)) {
    return hydration.type === "failed" ? null : `is ${hydration.type}, though it may not be read`;
  }
  if (hydration.type !== "ready") return `is ${hydration.type}`;
  // What was accepted into a history that a backup then replaced, nobody can know of any more.
  const unsettled = pending.find(
    ({ delivery: { type } }) => type !== "failed" && !(type === "accepted" && world.restored),
  );
  if (unsettled !== undefined) return `still has ${unsettled.commandId} as ${unsettled.delivery.type}`;
  const key = { tenant: principal.tenant, session };
  // Of a session that nobody opens, without leases, nobody knows that its run has lost its process.
  const [run] = world.surroundings.log.openRuns(key);
  if (run !== undefined) return `run ${run} has not ended`;
  const log = world.surroundings.log.current(key);
  const { epoch, ordinal, tag } = watch.cursor;
  const head = log?.events.at(-1);
  // A log without events shows nothing: which one it is, a client need not know.
  const sameLog = ordinal === 0n || epoch === log?.epoch;
  if (!sameLog || ordinal !== (head?.ordinal ?? 0n) || tag !== (head?.id ?? "")) {
    return `is at ${ordinal} ${tag} of "${epoch}", the log at ${head?.ordinal ?? 0} ${head?.id ?? ""} of "${log?.epoch ?? ""}"`;
  }
  return null;
}
