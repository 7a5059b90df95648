/** What happens to tabs and the machines they are on. */
import type { Machine } from "../client/machine.ts";
import type { Tab } from "../client/tab.ts";
import type { World } from "../run/world.ts";
import { choose, chooser, ignore } from "./choice.ts";
import type { Action } from "./perform.ts";

const MOODS = ["works", "refuses writes", "works", "refuses", "works", "hangs"] as const;

export function tabActions(world: World) {
  const the = chooser(world);
  const tabsOn = (machine: Machine) => world.tabs.filter((tab) => tab.machine === machine);

  function setOnline(machine: Machine, online: boolean): void {
    if (machine.online === online) return;
    machine.online = online;
    for (const tab of tabsOn(machine)) {
      tab.platform.announce(online ? "wake" : "offline");
      if (!online) for (const link of world.linksOf(tab)) link.cut();
    }
  }

  function setVisible(tab: Tab | undefined, visible: boolean): void {
    if (tab === undefined || tab.platform.visible === visible) return;
    tab.platform.visible = visible;
    tab.platform.announce(visible ? "wake" : "hidden");
  }

  function remove(tab: Tab | undefined, how: "close" | "kill"): void {
    if (tab !== undefined) world.removeTab(tab, how);
  }

  return {
    subscribe: (step) => void the.tab(step)?.follow(the.session(step)),
    unsubscribe: (step) => the.tab(step)?.unfollow(the.session(step)),
    "load-earlier": (step) => ignore(the.thread(step)?.lease.thread.loadEarlier()),
    reconnect: (step) => the.thread(step)?.lease.thread.reconnect(),
    "open-tab": (step) => void world.openTab(the.machine(step))?.follow(the.session(step)),
    "close-tab": (step) => remove(the.tab(step), "close"),
    "kill-tab": (step) => remove(the.tab(step), "kill"),
    "tab-hidden": (step) => setVisible(the.tab(step), false),
    "tab-visible": (step) => setVisible(the.tab(step), true),
    "sign-in-as": (step) => world.signIn(the.machine(step), step.b, step.c % 2 === 0),
    "device-storage": (step) => the.machine(step).outbox?.browser.storage(choose(MOODS, step.c) ?? "works"),
    sleep: (step) => the.machine(step).sleep(),
    wake(step) {
      const machine = the.machine(step);
      if (!machine.asleep) return;
      machine.wake();
      for (const tab of tabsOn(machine)) tab.platform.announce("wake");
    },
    offline: (step) => setOnline(the.machine(step), false),
    online: (step) => setOnline(the.machine(step), true),
    "cut-connections"(step) {
      const tab = the.tab(step);
      if (tab !== undefined) for (const link of world.linksOf(tab)) link.cut();
    },
  } satisfies Record<string, Action>;
}
