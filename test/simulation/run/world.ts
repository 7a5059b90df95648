/** The composition root of a simulated world: servers, people, tabs, one disk, one clock. Wiring, and who is where. */
import { type Principal, type SessionKey, sharedMemory } from "@sessionstream/server-node";
import { webSocketTransport } from "../../../packages/client/src/wire/websocket-transport.ts";
import { Answerers } from "../client/answerers.ts";
import { createMachine, type Machine } from "../client/machine.ts";
import { Tab } from "../client/tab.ts";
import { clientSockets, type SocketHandle } from "../network/client-socket.ts";
import { faultyDoorbell } from "../network/doorbell.ts";
import { faultyFetch } from "../network/http.ts";
import { createLink, type Link } from "../network/link.ts";
import { DoneCalls } from "../oracle/done-calls.ts";
import { createLogWatch } from "../oracle/log-watch.ts";
import { Promises } from "../oracle/promises.ts";
import { StopWishes } from "../oracle/stop-wishes.ts";
import { SLAMMED_MS } from "../script/step.ts";
import { drawServerSettings, type HubProcess, startHub } from "../server/hub-process.ts";
import { watermarksIn } from "../server/watermark.ts";
import { createClock } from "../time/clock.ts";
import type { Random } from "../time/random.ts";
import { type Contents, copyContents } from "./backup.ts";
import type { Faults } from "./faults.ts";
import { Permissions } from "./permissions.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Judge } from "./violation.ts";

const PEOPLE: readonly [Principal, ...Principal[]] = [
  { tenant: "acme", id: "ann" },
  { tenant: "acme", id: "bob" },
  { tenant: "zoo", id: "cat" },
];
const MAX_TABS = 3;
/** With delays of up to 3, 6, 12 and then 20 s, and a push by its user now and then, nobody comes near it. */
const MOST_KNOCKS = 25;

export class World {
  readonly surroundings: Surroundings;
  readonly promises: Promises;
  readonly stops = new StopWishes();
  /** `null`: nobody is asked anything. */
  readonly answerers: Answerers | null;
  readonly machines: readonly [Machine, ...Machine[]];
  readonly sessions: readonly [string, ...string[]];
  readonly #random: Random;
  readonly #links = new Map<Tab, Set<Link>>();
  #hubs: HubProcess[] = [];
  #tabs: Tab[] = [];
  #hubsStarted = 0;
  #tabsOpened = 0;
  #backup: Contents | null = null;
  /** A server may know less than its clients. */
  #wentBack = false;
  #restored = false;
  #isStarting = false;
  #storageDownUntil = 0;
  #slammedUntil = 0;
  /** Connections tried since the doors were slammed. */
  readonly #knocks = new Map<Tab, number>();

  constructor(random: Random, faults: Faults, judge: Judge) {
    this.#random = random.fork("world");
    const clock = createClock();
    const storage = { memory: sharedMemory(() => clock.now) };
    const calls = new DoneCalls(judge);
    const log = createLogWatch({ storage, judge, stops: this.stops, calls });
    const asks = random.fork("approvals");
    this.surroundings = {
      clock,
      random,
      faults,
      judge,
      settings: drawServerSettings(this.#random),
      shared: this.#random.chance(0.6),
      storage,
      joinBell: faultyDoorbell(clock, random.fork("doorbell"), faults),
      permissions: new Permissions(clock, judge),
      isStorageDown: () => this.surroundings.clock.now < this.#storageDownUntil && !faults.healed,
      writes: { removals: 0 },
      log,
      calls,
      approvalMs: asks.chance(0.25) ? asks.pick([3_000, 20_000, 900_000]) : null,
      landed: (session) => log.look(session),
      onServerError: (server, record) => this.#hearServer(server, record.kind, record.subject, record.message),
      onAnswer: (answer) => this.promises.answered(answer),
    };
    this.promises = new Promises(this.surroundings);
    const machine = (number: number) => {
      const person = this.#random.pick(PEOPLE);
      return createMachine(`m${number}-${person.id}`, person, this.surroundings);
    };
    this.machines = [machine(1), ...Array.from({ length: this.#random.int(0, 5) }, (_, index) => machine(index + 2))];
    this.sessions = ["s1", ...["s2", "own-ann", "s3"].slice(0, this.#random.int(0, 3))];
    this.answerers = this.surroundings.approvalMs === null ? null : new Answerers(this, asks);
    for (let count = this.surroundings.shared ? this.#random.int(1, 3) : 1; count > 0; count -= 1) this.#startHub();
  }

  get hubs(): readonly HubProcess[] {
    return this.#hubs.filter(({ state }) => state !== "dead");
  }

  /** A balancer does not know who sleeps. */
  balance(choice: number): HubProcess | null {
    const up = this.#hubs.filter(({ state }) => state === "up");
    return up[choice % Math.max(1, up.length)] ?? null;
  }

  get tabs(): readonly Tab[] {
    return this.#tabs;
  }

  /** A backup has taken the place of the storage. */
  get restored(): boolean {
    return this.#restored;
  }

  /** Where the storage is one process's, as soon as the one before is no more. */
  startHub(): void {
    const before = this.surroundings.shared ? [] : this.hubs;
    if (before.length === 0) this.#startHub();
    else if (!this.#isStarting) {
      this.#isStarting = true;
      void Promise.all(before.map(({ died }) => died)).then(() => {
        this.#isStarting = false;
        if (this.hubs.length === 0) this.#startHub();
      });
    }
  }

  #startHub(): void {
    this.#hubsStarted += 1;
    const hub = startHub(`h${this.#hubsStarted}`, this.surroundings);
    const { faults } = this.surroundings;
    if (this.#random.chance(faults.rate("skew"))) hub.skew(this.#random.int(-3_600_000, 3_600_000));
    this.#hubs.push(hub);
    // Somebody asks it for every session at once, as after a deploy.
    for (const { tenant, session } of this.everySession()) {
      const principal = { tenant, id: session.replace(/^own-/, "") };
      hub.hub.snapshot({ principal, session }).catch(() => undefined);
    }
  }

  everySession(): readonly SessionKey[] {
    const tenants = new Set(this.machines.map(({ principal }) => principal.tenant));
    return [...tenants].flatMap((tenant) => this.sessions.map((session) => ({ tenant, session })));
  }

  openTab(machine: Machine): Tab | null {
    if (this.#tabs.filter((tab) => tab.machine === machine).length >= MAX_TABS) return null;
    this.#tabsOpened += 1;
    const name = `${machine.name}-t${this.#tabsOpened}`;
    const random = this.surroundings.random.fork(name);
    const links = new Set<Link>();
    let connections = 0;
    const sockets = clientSockets((socket) => {
      connections += 1;
      const link = this.#connect(`${name}#${connections}`, tab, socket, random);
      links.add(link);
      this.#knocks.set(tab, (this.#knocks.get(tab) ?? 0) + 1);
      return link.client;
    });
    const fetch = faultyFetch({
      surroundings: this.surroundings,
      random,
      principal: machine.principal,
      isOnline: () => machine.online,
      whenAwake: machine.whenAwake,
      route: () => this.balance(random.int(0, 99)),
    });
    const tab: Tab = new Tab({
      name,
      machine,
      surroundings: this.surroundings,
      transport: webSocketTransport(() => sockets),
      // What a dead tab asked for, nobody waits for.
      fetch: async (...request) => {
        const response = await fetch(...request);
        return this.#tabs.includes(tab) ? response : new Promise(() => undefined);
      },
      window: random.pick([0, 1, 3, 50]),
      eager: random.chance(0.5),
      mayGoBack: () => this.#wentBack,
    });
    this.#links.set(tab, links);
    this.#tabs.push(tab);
    return tab;
  }

  /** Somebody else sits down there. `properly`: whoever did before signs out. */
  signIn(machine: Machine, choice: number, properly: boolean): void {
    const tabs = this.#tabs.filter((tab) => tab.machine === machine);
    if (properly) tabs[0]?.signOut();
    for (const tab of tabs) {
      if (properly) tab.forget();
      // A moment, so that what is known in one tab is known in all.
      this.surroundings.clock.after(100, () => {
        if (this.#tabs.includes(tab)) this.removeTab(tab, "close");
      });
    }
    machine.principal = PEOPLE[choice % PEOPLE.length] ?? PEOPLE[0];
  }

  removeTab(tab: Tab, how: "close" | "kill"): void {
    if (how === "close") tab.close();
    else tab.kill();
    this.#tabs = this.#tabs.filter((other) => other !== tab);
    for (const link of this.#links.get(tab) ?? []) link.client.close(1001);
    this.#links.delete(tab);
  }

  linksOf(tab: Tab): readonly Link[] {
    return [...(this.#links.get(tab) ?? [])].filter(({ wanted }) => wanted);
  }

  takeBackup(): void {
    this.#backup = copyContents(this.surroundings.storage.memory.contents);
  }

  /** All servers are stopped, an older copy takes the place of the storage. */
  restoreBackup(): boolean {
    if (this.#backup === null) return false;
    for (const hub of this.hubs) hub.kill(false);
    this.surroundings.storage.memory = sharedMemory(() => this.surroundings.clock.now, copyContents(this.#backup));
    this.surroundings.log.restored();
    this.promises.restored();
    this.#wentBack = true;
    this.#restored = true;
    this.#startHub();
    return true;
  }

  failStorage(ms: number): void {
    this.#storageDownUntil = this.surroundings.clock.now + ms;
  }

  /** For a minute servers turn away whoever comes. Clients must not knock faster and faster (F-C13). */
  slamDoors(): void {
    const { clock, faults, judge } = this.surroundings;
    if (clock.now < this.#slammedUntil) return;
    this.#slammedUntil = clock.now + SLAMMED_MS;
    this.#knocks.clear();
    for (const tab of this.#tabs) for (const link of this.linksOf(tab)) link.cut();
    clock.after(SLAMMED_MS, () => {
      if (faults.healed) return;
      for (const [tab, knocks] of this.#knocks) {
        if (knocks > MOST_KNOCKS) judge.violate("F-C13", `${tab.name} knocked ${knocks} times in a minute`);
      }
    });
  }

  keyOf(machine: Machine, session: string): SessionKey {
    return { tenant: machine.principal.tenant, session };
  }

  #connect(name: string, tab: Tab, socket: SocketHandle, random: Random): Link {
    const { machine, principal } = tab;
    const { clock, faults, judge } = this.surroundings;
    const inspect = (text: string) => this.#inspect(name, principal, text);
    const whenAwake = (callback: () => void) =>
      machine.whenAwake(() => {
        if (this.#tabs.includes(tab)) callback();
      });
    const link = createLink({ name, clock, random, faults, judge, socket, whenAwake, inspect });
    if (random.chance(faults.rate("deafConnect"))) return link;
    clock.after(random.int(1, 60), () => {
      const hub = this.balance(random.int(0, 99));
      if (!machine.online || hub === null) link.refused();
      else void hub.awake().then(() => hub.accept(link, principal, clock.now < this.#slammedUntil && !faults.healed));
    });
    return link;
  }

  /** Nothing that was said where this person may not read reaches them (I7). */
  #inspect(name: string, principal: Principal, text: string): void {
    for (const { tenant, session } of watermarksIn(text)) {
      const foreign = tenant !== principal.tenant || !this.surroundings.permissions.belongs(principal, session);
      // Whose session it is, the frame says itself.
      if (foreign || !text.includes(`"sessionId":"${session}"`)) {
        this.surroundings.judge.violate("I7", `${name} was sent what was said in ${tenant}/${session}`);
      }
    }
  }

  #hearServer(server: string, kind: string, subject: string, message: string): void {
    this.surroundings.judge.tell(() => `  ${server} reports ${kind} ${subject}: ${message}`);
    const expected =
      kind === "storage"
        ? subject !== "after commit"
        : kind === "doorbell" || kind === "effect" || subject === "notes@1" || message.includes("the sink is broken");
    if (!expected) {
      this.surroundings.judge.violate("clean", `${server} reports ${kind} ${subject}: ${message}`);
    }
  }
}
