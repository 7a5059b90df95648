/**
 * Owns the time after the faults: everybody is awake and online, and within 60 virtual seconds all clients stand at the
 * head and every run has ended (I8), and every own message was sent or refused (F-C6).
 */
import type { OpenThread, Tab } from "../client/tab.ts";
import type { InvariantId } from "./violation.ts";
import type { World } from "./world.ts";

const WITHIN_MS = 60_000;

/** What has not come to rest, in words, and the promise that breaks. */
interface Unrest {
  readonly invariant: InvariantId;
  readonly message: string;
}

export async function settle(world: World, stop: () => boolean): Promise<void> {
  const { clock, judge } = world.surroundings;
  for (const hub of world.hubs) hub.wake();
  if (world.balance(0) === null) world.startHub();
  for (const machine of world.machines) {
    machine.online = true;
    machine.setClock(0);
    machine.outbox?.browser.storage("works");
    if (machine.asleep) machine.wake();
  }
  for (const tab of world.tabs) {
    tab.platform.visible = true;
    tab.platform.announce("wake");
  }
  const until = clock.now + WITHIN_MS;
  while (!stop()) {
    world.answerers?.look(true);
    await clock.advance(500, stop);
    if (stop()) return;
    const unrest = findUnrest(world);
    if (unrest === null) return;
    if (clock.now >= until) judge.violate(unrest.invariant, unrest.message);
  }
}

function findUnrest(world: World): Unrest | null {
  const leaving = world.hubs.find(({ state }) => state !== "up");
  if (leaving !== undefined) return { invariant: "I8", message: `${leaving.name} was to leave and is still there` };
  for (const tab of world.tabs) {
    for (const thread of tab.threads.values()) {
      const name = `${tab.name}:${thread.session}`;
      if (!world.surroundings.permissions.mayRead(tab.principal, thread.session)) {
        const { hydration } = thread.lease.thread.getStatus();
        if (hydration.type === "failed") continue;
        return { invariant: "I13", message: `${name} is ${hydration.type}, though it may not be read` };
      }
      const problem = threadProblem(world, tab, thread);
      if (problem !== null) return { invariant: "I8", message: `${name} ${problem}` };
      const ghost = ghostIn(world, thread);
      if (ghost !== null) return { invariant: "F-C6", message: `${name} ${ghost}` };
    }
  }
  return null;
}

function ghostIn(world: World, { lease }: OpenThread): string | null {
  const ghost = lease.thread.getStatus().pending.find(({ delivery: { type } }) => {
    // What was accepted into a history that a backup then replaced, nobody can know of any more.
    return type !== "failed" && !(type === "accepted" && world.restored);
  });
  return ghost === undefined ? null : `still has ${ghost.commandId} as ${ghost.delivery.type}`;
}

function threadProblem(world: World, tab: Tab, { session, lease, watch }: OpenThread): string | null {
  const { hydration } = lease.thread.getStatus();
  const { principal } = tab;
  if (hydration.type !== "ready") return `is ${hydration.type}`;
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
