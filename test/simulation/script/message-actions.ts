/** What people do in a conversation, and requests that come a second time. */
import type { SessionKey } from "@sessionstream/server-node";
import { CHAT_URL, type Tab } from "../client/tab.ts";
import type { World } from "../run/world.ts";
import { choose, chooser, ignore } from "./choice.ts";
import type { Action } from "./perform.ts";
import { typedText } from "./prompt.ts";
import type { Step } from "./step.ts";

interface Sent {
  readonly session: string;
  readonly commandId: string;
  readonly number: number;
  readonly tab: Tab;
}

export function messageActions(world: World) {
  const the = chooser(world);
  const sent: Sent[] = [];

  function send(step: Step): void {
    const tab = the.tab(step);
    const session = the.session(step);
    if (tab === undefined || !world.surroundings.permissions.mayRead(tab.principal, session)) return;
    const number = sent.length + 1;
    const commandId = `c${number}`;
    sent.push({ session, commandId, number, tab });
    tab.send(session, prompt(tab, session, number), commandId);
  }

  /** A request with the id of an earlier one, from the same person or another one. */
  function sendAgain(step: Step, suffix: string, by: (first: Tab) => Tab | undefined): void {
    const again = choose(sent.slice(-6), step.c);
    const tab = again === undefined ? undefined : by(again.tab);
    if (again === undefined || tab === undefined || !world.tabs.includes(tab)) return;
    const { session, commandId, number } = again;
    post(tab, `/sessions/${session}/messages`, {
      prompt: prompt(again.tab, session, number) + suffix,
      busyPolicy: "CHAT_BUSY_POLICY_QUEUE",
      idempotencyKey: commandId,
    });
  }

  const same = (first: Tab): Tab => first;
  function colleague({ principal }: Tab): Tab | undefined {
    const { tenant, id } = principal;
    return world.tabs.find((tab) => tab.principal.tenant === tenant && tab.principal.id !== id);
  }

  function stop(step: Step): void {
    const thread = the.thread(step);
    const tab = the.tab(step);
    if (thread === undefined || tab === undefined) return;
    const { run } = thread.lease.thread.getStatus();
    world.stops.wish(keyOf(tab, thread.session), run.type === "run" ? run.id : null);
    ignore(thread.lease.thread.stop());
  }

  return {
    send,
    "resend-same-key": (step) => sendAgain(step, "", same),
    "same-key-other-payload": (step) => sendAgain(step, " but another", same),
    "same-key-other-person": (step) => sendAgain(step, "", colleague),
    stop,
    "create-session"(step) {
      const tab = the.tab(step);
      // Few keys for everybody: what one person has used, another may not learn of.
      const body = { sessionId: the.session(step), profile: "plain", idempotencyKey: `create-${step.c % 3}` };
      if (tab !== undefined) post(tab, "/sessions", body);
    },
    retry(step) {
      const thread = the.thread(step)?.lease.thread;
      for (const { commandId, delivery } of thread?.getStatus().pending ?? []) {
        if (delivery.type === "failed") ignore(thread?.retry(commandId));
      }
    },
    discard(step) {
      const thread = the.thread(step);
      const failed = thread?.lease.thread.getStatus().pending.find(({ delivery }) => delivery.type === "failed");
      const tab = the.tab(step);
      if (thread === undefined || failed === undefined || tab?.discard(thread.session, failed.commandId) !== true)
        return;
      const { session } = thread;
      for (const other of world.tabs) if (other.machine === tab.machine) other.takenBack(session, failed.commandId);
    },
  } satisfies Record<string, Action>;
}

function post(tab: Tab, path: string, body: object): void {
  const headers = { "content-type": "application/json" };
  ignore(tab.fetch(`${CHAT_URL}${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

function prompt(tab: Tab, session: string, number: number): string {
  return typedText(tab.principal, keyOf(tab, session), number);
}

function keyOf({ principal }: Tab, session: string): SessionKey {
  return { tenant: principal.tenant, session };
}
