import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { ChatBackend } from "../backend/chat-backend.ts";
import { createFakeBrowser } from "../testing/fake-browser.ts";
import { type FakeHub, fakeHub } from "../testing/fake-hub.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { durableOutbox } from "./durable-outbox.ts";
import { type OutboxTab, type OutboxTabOptions, openOutboxTab, settled } from "./testing/outbox-tab.ts";

const SESSION = sessionId("s");
const DAY_MS = 24 * 60 * 60 * 1_000;
const MOODS = ["refuses writes", "refuses", "hangs"] as const;

function setUp() {
  const browser = createFakeBrowser();
  const platform = createManualPlatform();
  const hub = fakeHub({ platform });
  let tabs = 0;
  async function openTab(options: Partial<OutboxTabOptions> = {}): Promise<OutboxTab> {
    tabs += 1;
    const tab = openOutboxTab({ browser, backend: hub.backend, session: SESSION, name: `tab${tabs}`, ...options });
    await shown(tab);
    return tab;
  }
  return { browser, hub, openTab };
}

async function shown(...tabs: readonly OutboxTab[]): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await settled();
    for (const tab of tabs) tab.advance(0);
  }
}

/** As long as a device that hangs keeps a page waiting for each of its answers. */
async function patience(tab: OutboxTab, answers: number): Promise<void> {
  for (let answer = 0; answer < answers; answer += 1) {
    await settled();
    tab.advance(3_000);
  }
}

/** Which page's backend a message went through. */
function watchSenders({ backend }: FakeHub) {
  const senders: string[] = [];
  const sentBy = (name: string): ChatBackend => ({
    ...backend,
    submit(command, signal) {
      senders.push(`${name}: ${String(command.payload["prompt"])}`);
      return backend.submit(command, signal);
    },
  });
  return { senders, sentBy };
}

function log(hub: FakeHub, session = SESSION): readonly string[] {
  return hub
    .session(session)
    .log()
    .entities()
    .map(({ payload }) => String(payload["content"]));
}

describe("a durable outbox", () => {
  it("F-C3 K32 what a killed tab had queued is shown as queued in the next, and sent once", async () => {
    const { hub, openTab } = setUp();
    hub.goOffline();
    const killed = await openTab();
    killed.setOnline(false);
    killed.send("one");
    killed.send("two");
    await settled();
    killed.kill();

    const tab = await openTab();
    expect(tab.pending()).toEqual(["one: queued", "two: queued"]);
    hub.goOnline();
    tab.setOnline(true);
    await shown(tab);
    expect(log(hub)).toEqual(["one", "two"]);
    expect(tab.pending()).toEqual([]);
  });

  it("F-C3 what was typed before is sent before what is typed on the first render", async () => {
    const { hub, openTab } = setUp();
    hub.goOffline();
    const killed = await openTab();
    killed.send("before");
    await settled();
    killed.kill();
    hub.goOnline();
    const opening = openTab({ now: 1_700_000_000_500 });
    const tab = await opening;
    tab.send("after");
    await shown(tab);
    expect(log(hub)).toEqual(["before", "after"]);
  });

  it("F-C1 AT-16 sent again by the next tab when its answer was lost with the first, it takes effect once", async () => {
    const { browser, hub, openTab } = setUp();
    const killed = await openTab();
    hub.loseReceipts();
    killed.send("hello");
    await settled();
    killed.kill();
    expect(log(hub)).toEqual(["hello"]);
    expect(browser.texts()).toHaveLength(1);
    const tab = await openTab();
    await shown(tab);
    expect(log(hub)).toEqual(["hello"]);
    expect(tab.pending()).toEqual([]);
    expect(browser.texts()).toEqual([]);
  });

  it("F-C4 G42 a passing failure keeps its place and is never the last word", async () => {
    const { hub, openTab } = setUp();
    const tab = await openTab();
    hub.failSubmits(new SessionStreamError("busy", "later"), 20);
    tab.send("one");
    tab.send("two");
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await settled();
      expect(tab.pending()).toEqual(["one: queued", "two: queued"]);
      tab.advance(30_000);
    }
    await shown(tab);
    expect(log(hub)).toEqual(["one", "two"]);
  });

  it("F-C5 a hopeless message is rejected, and nine others go", async () => {
    const { browser, hub, openTab } = setUp();
    const tab = await openTab();
    hub.failSubmits(new SessionStreamError("invalid_command", "no"), 1);
    const texts = Array.from({ length: 10 }, (_, index) => `m${index}`);
    for (const text of texts) tab.send(text);
    await shown(tab);
    expect(log(hub)).toEqual(texts.slice(1));
    expect(tab.pending()).toEqual(["m0: invalid_command"]);
    tab.kill();
    const next = await openTab();
    expect(next.pending()).toEqual(["m0: invalid_command"]);
    expect(next.thread.discard(next.idOf("m0"))).toBe("m0");
    await settled();
    expect(browser.texts()).toEqual([]);
  });

  it("G41 the 101st message is refused visibly, keeps its text, and can be sent when there is room", async () => {
    const { browser, hub, openTab } = setUp();
    hub.goOffline();
    const tab = await openTab();
    tab.setOnline(false);
    for (let index = 0; index < 101; index += 1) tab.send(`m${index}`);
    await shown(tab);
    expect(browser.texts()).toHaveLength(100);
    expect(tab.pending().at(-1)).toBe("m100: limit_reached");
    hub.goOnline();
    tab.setOnline(true);
    await shown(tab);
    expect(tab.pending()).toEqual(["m100: limit_reached"]);
    await tab.thread.retry(tab.idOf("m100"));
    expect(log(hub).at(-1)).toBe("m100");
  });

  it("G41 more text than a device should keep is refused visibly", async () => {
    const { hub, openTab } = setUp();
    hub.goOffline();
    const tab = await openTab({ limits: { bytes: 2_000 } });
    tab.send("short");
    tab.send("x".repeat(1_000));
    tab.send("short again");
    await shown(tab);
    expect(tab.pending().map((row) => row.slice(-20))).toEqual([
      "short: queued",
      "xxxxx: limit_reached",
      "short again: queued",
    ]);
  });

  it("G41 after a day a message is not sent any more but shown as expired, in every tab", async () => {
    const { hub, openTab } = setUp();
    hub.goOffline();
    const tab = await openTab();
    const other = await openTab();
    tab.setOnline(false);
    tab.send("old");
    await shown(tab, other);
    tab.advance(DAY_MS - 1);
    await settled();
    expect(tab.pending()).toEqual(["old: queued"]);
    tab.advance(1);
    await shown(tab, other);
    hub.goOnline();
    tab.setOnline(true);
    await shown(tab, other);
    expect([tab.pending(), other.pending(), log(hub)]).toEqual([
      ["old: delivery_expired"],
      ["old: delivery_expired"],
      [],
    ]);
    expect(other.thread.discard(other.idOf("old"))).toBe("old");
    await shown(tab, other);
    expect(tab.pending()).toEqual([]);
  });

  it("F-D11 what was written for a conversation that was replaced waits for its user", async () => {
    const { hub, openTab } = setUp();
    const first = await openTab();
    first.send("hello");
    await shown(first);
    hub.goOffline();
    for (const text of ["a", "b", "c"]) first.send(text);
    await settled();
    first.kill();
    hub.session(SESSION).reset();
    hub.goOnline();

    const tab = await openTab();
    await shown(tab);
    expect([tab.pending(), log(hub)]).toEqual([["a: gone", "b: gone", "c: gone"], []]);
    await tab.thread.retry(tab.idOf("b"));
    await shown(tab);
    expect([tab.pending(), log(hub)]).toEqual([["a: gone", "c: gone"], ["b"]]);
  });

  it("F-D11 nothing of an earlier page is sent before it is known which conversation this is", async () => {
    const { hub, openTab } = setUp();
    const killed = await openTab();
    killed.send("hello");
    await shown(killed);
    hub.goOffline();
    killed.send("a");
    await settled();
    killed.kill();
    hub.session(SESSION).reset();
    hub.goOnline();
    hub.failLoads();
    const tab = await openTab();
    expect(tab.pending()).toEqual(["a: queued"]);
    hub.healLoads();
    tab.thread.reconnect();
    await shown(tab);
    expect([tab.pending(), log(hub)]).toEqual([["a: gone"], []]);
  });

  it("F-D11 a message that is being retried is held when the conversation is replaced meanwhile", async () => {
    const { hub, openTab } = setUp();
    const tab = await openTab();
    tab.send("hello");
    await shown(tab);
    hub.failSubmits(new SessionStreamError("busy", "later"), 1);
    tab.send("a");
    await settled();
    hub.session(SESSION).reset();
    await shown(tab);
    tab.advance(30_000);
    await shown(tab);
    expect([tab.pending(), log(hub)]).toEqual([["a: gone"], []]);
  });

  it("F-P9 records of another version, and damaged ones, are left alone", async () => {
    const { browser, openTab } = setUp();
    const space = await browser.openPage().device.open("sessionstream.outbox.v1", "alice");
    await space.store.put("s/x", '{"items":"of nobody"}');
    await space.store.put("s/y", "{");
    const newer = await browser.openPage().device.open("sessionstream.outbox.v2", "alice");
    await newer.store.put("s/z", "newer");
    const tab = await openTab();
    tab.send("hello");
    await shown(tab);
    expect(tab.pending()).toEqual([]);
    expect(browser.texts()).toContain("newer");
  });
});

describe("several tabs", () => {
  it("F-P4 G44 show the same queue, and one of them sends", async () => {
    const { hub, openTab } = setUp();
    const leader = await openTab();
    const other = await openTab();
    const release = hub.holdSubmits();
    other.send("one");
    await shown(leader, other);
    leader.send("two");
    await shown(leader, other);
    expect(leader.pending()).toEqual(["one: sending", "two: queued"]);
    expect(other.pending()).toEqual(["one: sending", "two: queued"]);
    release();
    await shown(leader, other);
    expect([leader.pending(), other.pending(), log(hub)]).toEqual([[], [], ["one", "two"]]);
    expect(hub.submissions).toHaveLength(2);
  });

  it("F-C7 a message another tab got accepted stays shown until its entity comes", async () => {
    const { hub, openTab } = setUp();
    const leader = await openTab();
    const other = await openTab();
    const sent = other.thread.send({ text: "hello" });
    await sent;
    expect(hub.submissions).toHaveLength(1);
    await settled();
    expect(other.pending()).toEqual(["hello: accepted"]);
    expect(other.thread.getRows()).toHaveLength(1);
    await shown(leader, other);
    expect([other.pending(), other.thread.getRows().length]).toEqual([[], 1]);
  });

  it("F-P4 when the leader dies amid sending, another goes on", async () => {
    const { hub, openTab } = setUp();
    const leader = await openTab();
    const other = await openTab();
    const release = hub.holdSubmits();
    leader.send("one");
    await shown(leader, other);
    other.send("two");
    await shown(leader, other);
    expect(other.pending()).toEqual(["one: sending", "two: queued"]);
    leader.kill();
    await shown(other);
    expect(hub.submissions).toHaveLength(2);
    release();
    await shown(other);
    expect([other.pending(), log(hub)]).toEqual([[], ["one", "two"]]);
  });

  it("G44 what is discarded in one tab is not sent by another, though it waits for its next attempt there", async () => {
    const { hub, openTab } = setUp();
    const leader = await openTab();
    const other = await openTab();
    hub.failSubmits(new SessionStreamError("network", "lost"), 1);
    leader.send("one");
    await shown(leader, other);
    expect(other.thread.discard(other.idOf("one"))).toBe("one");
    await shown(leader, other);
    leader.advance(60_000);
    await shown(leader, other);
    expect([leader.pending(), log(hub)]).toEqual([[], []]);
  });

  it("G46 what failed in the leader can be sent again from another tab", async () => {
    const { hub, openTab } = setUp();
    const leader = await openTab();
    const other = await openTab();
    hub.failSubmits(new SessionStreamError("forbidden", "no"), 1);
    leader.send("one");
    await shown(leader, other);
    expect(other.pending()).toEqual(["one: forbidden"]);
    await other.thread.retry(other.idOf("one"));
    await shown(leader, other);
    expect([leader.pending(), other.pending(), log(hub)]).toEqual([[], [], ["one"]]);
  });

  it("F-P4 a tab that leaves the conversation hands the turn on", async () => {
    const { hub, openTab } = setUp();
    const leader = await openTab();
    const other = await openTab();
    leader.leave();
    await settled();
    other.send("one");
    await shown(other);
    expect(log(hub)).toEqual(["one"]);
  });
});

describe("a tab in the background", () => {
  it("F-P4 lets one that is looked at send, and sends when it is the only one", async () => {
    const { hub, openTab } = setUp();
    const { senders, sentBy } = watchSenders(hub);
    const hidden = await openTab({ backend: sentBy("hidden") });
    const visible = await openTab({ backend: sentBy("visible") });
    hidden.setVisible(false);
    await settled();
    hidden.send("one");
    await shown(hidden, visible);
    visible.leave();
    await settled();
    hidden.send("two");
    await shown(hidden);
    expect([senders, log(hub)]).toEqual([
      ["visible: one", "hidden: two"],
      ["one", "two"],
    ]);
  });
});

describe("a page that is left and kept for a return", () => {
  it("F-P2 neither has nor awaits the turn to send until it is shown again", async () => {
    const { hub, openTab } = setUp();
    const { senders, sentBy } = watchSenders(hub);
    const left = await openTab({ backend: sentBy("left") });
    left.leavePage();
    left.setVisible(false);
    const other = await openTab({ backend: sentBy("other") });
    other.send("one");
    await shown(left, other);
    other.leave();
    await settled();
    left.send("two");
    await settled();
    expect(senders).toEqual(["other: one"]);
    left.returnToPage();
    await shown(left);
    expect(senders).toEqual(["other: one", "left: two"]);
  });
});

describe("signing out", () => {
  it("F-P6 nothing of one user is seen or sent when another signs in", async () => {
    const { browser, hub, openTab } = setUp();
    hub.goOffline();
    const alice = await openTab();
    const alsoAlice = await openTab();
    alice.send("secret");
    alsoAlice.send("secret, too");
    await shown(alice, alsoAlice);
    await alice.outbox.signOut();
    await shown(alice, alsoAlice);
    expect([alice.pending(), alsoAlice.pending(), browser.texts()]).toEqual([[], [], []]);

    const bob = await openTab({ principal: "bob" });
    hub.goOnline();
    for (const tab of [alice, alsoAlice, bob]) {
      tab.setOnline(true);
      tab.advance(60_000);
    }
    alsoAlice.send("too late");
    await shown(alice, alsoAlice, bob);
    alsoAlice.send("still too late");
    await shown(alice, alsoAlice, bob);
    expect([bob.pending(), log(hub), browser.texts()]).toEqual([[], [], []]);
    expect(alsoAlice.pending()).toEqual(["too late: closed", "still too late: closed"]);
    alsoAlice.thread.discard(alsoAlice.idOf("too late"));
    alsoAlice.send("far too late");
    await shown(alsoAlice);
    expect(alsoAlice.pending()).toEqual(["still too late: closed", "far too late: closed"]);
  });

  it.each(MOODS)(
    "F-P6 signing out of a device that %s says that messages stay there, and can be repeated",
    async (mood) => {
      const { browser, hub, openTab } = setUp();
      hub.goOffline();
      const alice = await openTab();
      alice.send("secret");
      await shown(alice);
      browser.storage(mood);
      const refused = alice.outbox.signOut().catch((error) => error);
      await settled();
      alice.advance(3_000);
      expect(await refused).toMatchObject({ code: "storage_unavailable", retryable: true });
      await shown(alice);
      expect([alice.pending(), browser.texts()]).toEqual([[], [expect.stringContaining("secret")]]);
      if (mood === "hangs") return;
      browser.storage("works");
      await alice.outbox.signOut();
      expect(browser.texts()).toEqual([]);
    },
  );

  it("F-P6 a device that could not be opened is opened once more to sign out", async () => {
    const { browser, hub, openTab } = setUp();
    hub.goOffline();
    const before = await openTab();
    before.send("secret");
    await shown(before);
    before.kill();
    browser.storage("does not open");
    const alice = await openTab();
    await expect(alice.outbox.signOut()).rejects.toMatchObject({ code: "storage_unavailable" });
    browser.storage("works");
    await alice.outbox.signOut();
    expect(browser.texts()).toEqual([]);
  });

  it("F-P6 without signing out, another user's messages stay unseen and come back with them", async () => {
    const { hub, openTab } = setUp();
    hub.goOffline();
    const alice = await openTab();
    alice.send("mine");
    await settled();
    alice.kill();
    hub.goOnline();
    const bob = await openTab({ principal: "bob" });
    expect([bob.pending(), log(hub)]).toEqual([[], []]);
    await shown(await openTab());
    expect(log(hub)).toEqual(["mine"]);
  });
});

describe("a device that keeps nothing", () => {
  it.each(MOODS)("F-P5 that %s: sends all the same, and says so", async (mood) => {
    const { browser, hub, openTab } = setUp();
    browser.storage(mood);
    const tab = await openTab();
    const said: string[] = [];
    tab.outbox.subscribe(() => said.push(tab.outbox.durability));
    tab.send("one");
    tab.send("two");
    await patience(tab, 10);
    await shown(tab);
    expect([tab.pending(), log(hub), tab.outbox.durability]).toEqual([[], ["one", "two"], "memory"]);
  });

  it.each(MOODS)("F-P5 that %s: a page sends what only it knows, though another has the turn", async (mood) => {
    const { browser, hub, openTab } = setUp();
    const leader = await openTab();
    const other = await openTab();
    browser.storage(mood);
    other.send("mine");
    await patience(other, 10);
    await shown(leader, other);
    expect([other.pending(), log(hub)]).toEqual([[], ["mine"]]);
  });

  it("F-P4 F-P5 that hangs for one page alone: that page leaves the turn to those who can read it", async () => {
    const { browser, hub, openTab } = setUp();
    browser.storage("hangs");
    const stuck = await openTab();
    await patience(stuck, 3);
    browser.storage("works");
    const other = await openTab();
    other.send("theirs");
    await shown(stuck, other);
    expect([stuck.outbox.durability, other.pending(), log(hub)]).toEqual(["memory", [], ["theirs"]]);
    stuck.send("its own");
    await shown(stuck, other);
    expect([stuck.pending(), log(hub)]).toEqual([[], ["theirs", "its own"]]);
  });

  it("F-P5 that has room again: the page with the turn learns what the other one kept", async () => {
    const { browser, hub, openTab } = setUp();
    hub.goOffline();
    const leader = await openTab();
    const other = await openTab();
    browser.storage("refuses writes");
    other.send("one");
    await settled();
    expect(leader.pending()).toEqual([]);
    browser.storage("works");
    other.send("two");
    await shown(leader, other);
    expect(leader.pending()).toEqual(other.pending());
    hub.goOnline();
    for (const tab of [leader, other]) tab.advance(60_000);
    await shown(leader, other);
    expect([leader.pending(), other.pending(), log(hub)]).toEqual([[], [], ["one", "two"]]);
  });

  it("F-P5 that has room again gets what was kept for it", async () => {
    const { browser, hub, openTab } = setUp();
    hub.goOffline();
    const tab = await openTab();
    browser.storage("refuses writes");
    tab.send("one");
    await settled();
    expect([tab.outbox.durability, browser.texts()]).toEqual(["memory", []]);
    browser.storage("works");
    tab.send("two");
    await settled();
    expect([tab.outbox.durability, browser.texts().length]).toEqual(["device", 2]);
    tab.kill();
    hub.goOnline();
    await shown(await openTab());
    expect(log(hub)).toEqual(["one", "two"]);
  });

  it("F-P5 is what a server and a page over plain HTTP are", () => {
    expect(durableOutbox({ principal: "alice" }).durability).toBe("memory");
  });
});
