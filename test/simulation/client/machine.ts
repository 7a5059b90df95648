/**
 * Owns a device and who is signed in there: its clock, its network, whether it sleeps, what its browser keeps; and for
 * each of its tabs the platform a client is given. What happens while it sleeps, happens when it wakes.
 */
import type { ClientPlatform } from "@sessionstream/client";
import type { Principal } from "@sessionstream/server-node";
import { createFakeBrowser, type FakeBrowser } from "../../../packages/client/src/testing/fake-browser.ts";
import type { Surroundings } from "../run/surroundings.ts";
import { START } from "../server/hub-process.ts";
import { DeviceWatch } from "./device-watch.ts";

type Lifecycle = "wake" | "offline" | "hidden" | "freeze";

/** A client's platform, which can also be told to show its frames now, or to be no more. */
export interface TabPlatform extends ClientPlatform {
  showFrames(): void;
  announce(event: Lifecycle): void;
  visible: boolean;
  /** The tab's process is gone: no timer of it runs any more. */
  kill(): void;
}

export interface Machine {
  readonly name: string;
  /** Of tabs that are opened from now on. */
  principal: Principal;
  /** `null`: what its tabs have not sent ends with them. */
  readonly outbox: MachineOutbox | null;
  online: boolean;
  readonly asleep: boolean;
  sleep(): void;
  wake(): void;
  setClock(skewMs: number): void;
  whenAwake(callback: () => void): void;
  tabPlatform(name: string): TabPlatform;
}

interface MachineOutbox {
  readonly browser: FakeBrowser;
  readonly watch: DeviceWatch;
  /** How many messages it takes. */
  readonly items: number;
}

const FRAME_MS = 16;
const HIDDEN_TIMER_MS = 1_000;

export function createMachine(name: string, principal: Principal, surroundings: Surroundings): Machine {
  const { clock, log, judge } = surroundings;
  const random = surroundings.random.fork(name);
  let waiting: (() => void)[] = [];
  let asleep = false;
  let skewMs = 0;

  function createOutbox(): MachineOutbox {
    const browser = createFakeBrowser();
    return { browser, watch: new DeviceWatch(browser, log, judge), items: random.pick([2, 100]) };
  }

  function whenAwake(callback: () => void): void {
    if (asleep) waiting.push(callback);
    else callback();
  }

  return {
    name,
    principal,
    outbox: random.chance(0.6) ? createOutbox() : null,
    online: true,
    get asleep() {
      return asleep;
    },
    sleep() {
      asleep = true;
    },
    wake() {
      asleep = false;
      const due = waiting;
      waiting = [];
      for (const callback of due) clock.after(0, () => whenAwake(callback));
    },
    setClock(ms) {
      skewMs = ms;
    },
    whenAwake,
    tabPlatform(tab) {
      const own = surroundings.random.fork(tab);
      const listeners = new Set<(event: Lifecycle) => void>();
      let frames = new Set<() => void>();
      let alive = true;
      let ids = 0;

      const platform: TabPlatform = {
        visible: true,
        now: () => START + Math.floor(clock.now) + skewMs,
        monotonic: () => clock.now,
        setTimer(delayMs, callback) {
          // A hidden page's timers are held back.
          const due = platform.visible ? delayMs : Math.max(delayMs, HIDDEN_TIMER_MS);
          let cancelled = false;
          clock.after(due, () =>
            whenAwake(() => {
              if (alive && !cancelled) callback();
            }),
          );
          return () => {
            cancelled = true;
          };
        },
        random: own.next,
        randomId: () => `${tab}-${++ids}`,
        requestFrame(callback) {
          const frame = () => {
            if (frames.delete(frame)) callback();
          };
          frames.add(frame);
          platform.setTimer(FRAME_MS, frame);
          return () => void frames.delete(frame);
        },
        isOnline: () => this.online,
        isVisible: () => platform.visible,
        onLifecycle(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        showFrames() {
          for (const frame of [...frames]) frame();
        },
        announce(event) {
          if (!alive) return;
          for (const listener of [...listeners]) listener(event);
        },
        kill() {
          alive = false;
          frames = new Set();
        },
      };
      return platform;
    },
  };
}
