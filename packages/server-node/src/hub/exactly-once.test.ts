import { describe, expect, it } from "vitest";
import type { SessionView } from "../projection/view.ts";
import { type MemoryStorageContents, memoryStorage } from "../storage/memory/memory-storage.ts";
import { alice, bob, hubScene, notesOf, room, tableOf } from "./testing/hub-scene.ts";
import { erased, grown, Note, noted, remarked, settled } from "./testing/notes-module.ts";
import { scriptedStorage } from "./testing/scripted-storage.ts";

function twoHubs() {
  const contents = new Map();
  const scene = (idPrefix: string) => {
    const own = hubScene({ storage: scriptedStorage(memoryStorage(contents)) });
    const { randomId } = own.platform;
    own.platform.randomId = () => `${idPrefix}-${randomId()}`;
    return own;
  };
  return { one: scene("one"), two: scene("two") };
}

describe("a command id", () => {
  it("L9: takes effect once; a re-send gets the first outcome, from another process and after a restart too", async () => {
    const { one, two } = twoHubs();
    const first = await one.write("c-1", "a");
    expect(first).toMatchObject({ ordinal: 1n, outcome: { notes: 1 }, repeated: false });
    await one.write("c-2", "b");
    const again = await one.write("c-1", "a");
    expect(again).toMatchObject({ epoch: first.epoch, ordinal: 2n, outcome: { notes: 1 }, repeated: true });
    expect(await two.write("c-1", "a")).toMatchObject({ outcome: { notes: 1 }, repeated: true });
    expect(await notesOf(two.hub)).toEqual(["a:", "b:"]);
  });

  it("L9: the order of keys does not matter, a message and its JSON are the same command", async () => {
    const { submit } = hubScene();
    await submit("WriteNote", "c-1", { field: "a", text: "x", offset: 0 });
    expect(await submit("WriteNote", "c-1", { text: "x", field: "a" })).toMatchObject({ repeated: true });
  });

  it("L9: attempts at the same time are one attempt", async () => {
    const { write, storage } = hubScene();
    const acks = await Promise.all([write("c-1", "a"), write("c-1", "a"), write("c-1", "a")]);
    expect(new Set(acks.map((ack) => JSON.stringify({ ...ack, ordinal: `${ack.ordinal}` }))).size).toBe(1);
    expect(storage.commits).toHaveLength(1);
  });

  it("L9: used for another content, another command or by another principal it is key_reused and tells nothing", async () => {
    const { hub, write, submit } = hubScene();
    await write("c-1", "a");
    const refused = [
      write("c-1", "b"),
      submit("Knock", "c-1"),
      hub.submit({ principal: bob, session: room.session, command: "WriteNote", id: "c-1", payload: { field: "a" } }),
    ];
    for (const attempt of await Promise.allSettled(refused)) {
      expect(attempt).toMatchObject({ status: "rejected", reason: { code: "key_reused" } });
      expect(JSON.stringify(attempt)).not.toContain("notes");
    }
  });

  it("L9: the same holds for two that arrive together", async () => {
    const { write } = hubScene();
    const both = await Promise.allSettled([write("c-1", "a"), write("c-1", "b")]);
    expect(both).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "key_reused" } }]);
  });

  it("L9: a rejection is no outcome: nothing is stored, a later retry decides anew", async () => {
    const { hub, write, storage } = hubScene();
    await hub.publish(room, [noted("a")]);
    const rejected = await write("c-1", "a").catch((error: unknown) => error);
    expect(rejected).toMatchObject({ code: "command_rejected", reason: "taken", retryable: false });
    expect(storage.commits).toHaveLength(1);
    await hub.publish(room, [remarked()]);
    await expect(write("c-1", "a")).rejects.toMatchObject({ code: "command_rejected" });
  });

  it("L9: a command without events stores its id, on a session without a log too", async () => {
    const { hub, submit, storage, fanOut } = hubScene();
    const ack = await submit("Knock", "c-1");
    expect(ack).toMatchObject({ ordinal: 0n, outcome: { heard: true }, repeated: false });
    expect(await submit("Knock", "c-1")).toMatchObject({ epoch: ack.epoch, repeated: true });
    expect(storage.commits.map(({ head, command }) => [head.ordinal, command?.id])).toEqual([[0n, "c-1"]]);
    expect(fanOut).toEqual([]);
    expect(await hub.publish(room, [remarked()])).toMatchObject({ epoch: ack.epoch, ordinal: 1n });
  });
});

describe("two processes on one session", () => {
  it("H23 H31 a conflict follows the other writer, decides again, and the log stays dense", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [noted("a")]);
    await two.hub.publish(room, [grown("a", "2")]);
    await one.hub.publish(room, [grown("a", "1")]);
    await two.write("c-1", "b");
    await expect(one.write("c-2", "b")).rejects.toMatchObject({ code: "command_rejected" });
    expect(await notesOf(one.hub)).toEqual(["a:21", "b:"]);
    expect(await tableOf(one.hub)).toEqual(await tableOf(two.hub));
  });

  it("L4: the other's events come as one frame before the own commit", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [noted("a")]);
    await two.hub.publish(room, [grown("a", "2")]);
    await two.hub.publish(room, [noted("b")]);
    await one.hub.publish(room, [grown("a", "1")]);
    const spans = one.fanOut.map((call) =>
      call.type === "commit" ? [call.change.prevOrdinal, call.change.ordinal] : [],
    );
    expect(spans).toEqual([
      [0n, 1n],
      [1n, 3n],
      [3n, 4n],
    ]);
    expect(one.pipeline.map(({ mode }) => mode)).toEqual(["live", "caught-up", "live"]);
  });

  it("both may begin the log; one does, the other goes on, and nobody starts over", async () => {
    const { one, two } = twoHubs();
    await one.attach();
    await two.attach();
    const both = await Promise.all([one.write("c-1", "a"), two.write("c-2", "b")]);
    expect(both[0].epoch).toBe(both[1].epoch);
    await one.hub.publish(room, [remarked()]);
    expect(await notesOf(one.hub)).toEqual(["a:", "b:"]);
    expect([...one.fanOut, ...two.fanOut].every(({ type }) => type === "commit")).toBe(true);
  });

  it("a guard is asked again after a conflict", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [noted("a", "", true)]);
    await two.hub.publish(room, [noted("a", "", false)]);
    const guard = { guard: (view: { readonly ordinal: bigint }) => view.ordinal === 1n };
    expect(await one.hub.publish(room, [grown("a", "late")], guard)).toEqual({ status: "stale" });
  });

  it("the same command to both takes effect once", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [remarked()]);
    await two.hub.publish(room, [remarked()]);
    const acks = await Promise.all([one.write("c-1", "a"), two.write("c-1", "a")]);
    expect(acks.map(({ outcome }) => outcome)).toEqual([{ notes: 1 }, { notes: 1 }]);
    expect(acks.filter(({ repeated }) => repeated)).toHaveLength(1);
    expect(await tableOf(one.hub)).toMatchObject({ ordinal: 3n });
  });

  it("a rejection is answered only after another look-up: meanwhile the command may have been accepted", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [noted("a")]);
    const { command } = one.storage;
    one.storage.command = async (session, id) => {
      one.storage.command = command;
      const known = await command(session, id);
      await two.hub.publish(room, [erased("a")]);
      await two.write("c-1", "a");
      return known;
    };
    expect(await one.write("c-1", "a")).toMatchObject({ outcome: { notes: 1 }, repeated: true, ordinal: 3n });
  });

  it("what was refused because of a unit that then lost is decided again", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [noted("a", "", true)]);
    const release = one.storage.holdCommits();
    const inFlight = one.hub.publish(room, [remarked()]);
    await one.platform.settle();
    const open = { guard: (view: SessionView) => view.listOpen(Note).length === 1 };
    const closing = one.hub.publish(room, [settled("a")], {
      guard: (view) => view.get(Note, "a")?.payload.text === "",
    });
    const typing = one.hub.publish(room, [grown("a", "typed")], open);
    let attempts = 0;
    one.storage.beforeCommit = async () => {
      attempts += 1;
      if (attempts === 2) await two.hub.publish(room, [grown("a", "other ")]);
    };
    release();
    await inFlight;
    expect(await closing).toEqual({ status: "stale" });
    expect(await typing).toMatchObject({ status: "committed" });
    expect(await notesOf(one.hub)).toEqual(["a:other typed"]);
  });

  it("a session another process removed and began anew is another log: what was meant for the old one is refused", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [noted("a")]);
    await two.hub.remove(alice, room.session);
    await two.hub.publish(room, [noted("b")]);
    await expect(one.hub.publish(room, [grown("a", "x")])).rejects.toMatchObject({ code: "conflict" });
    expect(one.fanOut.at(-1)).toEqual({ type: "replaced" });
    expect(await notesOf(one.hub)).toEqual(["b:"]);
    await two.hub.remove(alice, room.session);
    await expect(one.hub.publish(room, [grown("b", "x")])).rejects.toMatchObject({ code: "conflict" });
    expect(await one.hub.snapshot({ principal: alice, session: room.session })).toBeNull();
  });

  it("L10: a history that was rewritten under its epoch is loaded anew, never merged", async () => {
    const contents: MemoryStorageContents = new Map();
    const storage = scriptedStorage(memoryStorage(contents));
    const { hub, attach, fanOut } = hubScene({ storage });
    await hub.publish(room, [noted("a")]);
    const backup = [...contents].map(([name, { head, events }]) => ({ name, head, events: [...events] }));
    await hub.publish(room, [noted("lost")]);
    await attach();
    for (const { name, head, events } of backup) {
      contents.set(name, { head, events, commands: new Map(), entities: new Map() });
    }
    const other = hubScene({ storage: scriptedStorage(memoryStorage(contents)) });
    other.platform.randomId = () => `other-${storage.commits.length}-${other.storage.calls.commit}`;
    await other.hub.publish(room, [noted("b")]);
    await hub.publish(room, [noted("c")]);
    expect(fanOut.map(({ type }) => type)).toEqual(["commit", "commit", "replaced", "commit"]);
    expect(await notesOf(hub)).toEqual(["a:", "b:", "c:"]);
  });

  it("retries are bounded: a unit that always loses is busy, not lost in a loop", async () => {
    const { one, two } = twoHubs();
    await one.hub.publish(room, [remarked()]);
    one.storage.beforeCommit = async () => void (await two.hub.publish(room, [remarked()]));
    await expect(one.hub.publish(room, [remarked()])).rejects.toMatchObject({ code: "busy", retryable: true });
    one.storage.beforeCommit = null;
    expect(await one.hub.publish(room, [remarked()])).toMatchObject({ status: "committed" });
  });
});

describe("a commit of unknown outcome", () => {
  it("that was stored is found by its events; nobody stores it again", async () => {
    const { hub, storage, platform, fanOut, errors } = hubScene();
    await hub.publish(room, [noted("a")]);
    storage.faults.push("lost");
    const result = hub.publish(room, [grown("a", "x"), grown("a", "y")]);
    await platform.settle();
    expect(await result).toMatchObject({ status: "committed", ordinal: 3n });
    expect(await notesOf(hub)).toEqual(["a:xy"]);
    expect(fanOut).toHaveLength(2);
    expect(errors).toMatchObject([{ kind: "storage", subject: "commit" }]);
  });

  it.each(["lost", "failed"] as const)("L9: of a command takes effect once (%s)", async (fault) => {
    const { write, submit, hub, storage, platform } = hubScene();
    storage.faults.push(fault, fault);
    const written = write("c-1", "a");
    await platform.advance(1_000);
    expect(await written).toMatchObject({ ordinal: 1n, outcome: { notes: 1 } });
    storage.faults.push(fault);
    const knocked = submit("Knock", "c-2");
    await platform.advance(1_000);
    expect(await knocked).toMatchObject({ outcome: { heard: true } });
    expect(await notesOf(hub)).toEqual(["a:"]);
    expect((await tableOf(hub)).ordinal).toBe(1n);
  });

  it("that was not stored is tried again with the same events", async () => {
    const { hub, storage, platform } = hubScene();
    storage.faults.push("failed");
    const result = hub.publish(room, [noted("a")]);
    await platform.advance(1_000);
    expect(await result).toMatchObject({ status: "committed", ordinal: 1n });
    const [failed, stored] = storage.commits.map(({ events }) => events.map(({ id }) => id));
    expect(stored).toEqual(failed);
  });

  it("L9: whose check failed as well is found whole when its command is looked up", async () => {
    const { hub, write, storage, platform } = hubScene();
    const release = storage.holdCommits();
    const first = hub.publish(room, [noted("a")]);
    await platform.settle();
    // They wait for the first one, so they go into one commit.
    const together = Promise.all([hub.publish(room, [grown("a", "once")]), write("c-1", "b")]);
    await platform.settle();
    storage.beforeCommit = async ({ command }) => {
      if (command === undefined) return;
      storage.beforeCommit = null;
      storage.faults.push("lost");
      storage.readError = new Error("network gone");
    };
    release();
    await first;
    await platform.settle();
    storage.readError = null;
    await platform.advance(1_000);
    expect(await together).toMatchObject([{ status: "committed", ordinal: 2n }, { outcome: { notes: 2 } }]);
    expect(await notesOf(hub)).toEqual(["a:once", "b:"]);
    expect(storage.commits).toHaveLength(2);
  });

  it("L9: beside a command that is refused in the end leaves what was stored with it stored once", async () => {
    const { hub, write, storage, platform } = hubScene();
    const other = hubScene({ storage });
    const release = storage.holdCommits();
    const first = hub.publish(room, [remarked()]);
    await platform.settle();
    // They wait for the first one, so they go into one commit.
    const published = hub.publish(room, [noted("a")]);
    const refused = write("c-1", "b").catch((error: unknown) => error);
    await platform.settle();
    storage.beforeCommit = async ({ command }) => {
      if (command === undefined) return;
      storage.beforeCommit = null;
      storage.faults.push("failed");
    };
    release();
    await first;
    await platform.settle();
    await other.hub.publish(room, [noted("b")]);
    // With "b" taken the command is refused, and the look-up before its answer fails.
    storage.beforeCommit = async ({ command }) => {
      if (command === undefined) storage.readError = new Error("network gone");
    };
    await platform.advance(200);
    storage.readError = null;
    storage.beforeCommit = null;
    await platform.advance(5_000);
    expect(await published).toMatchObject({ status: "committed", ordinal: 3n });
    expect(await refused).toMatchObject({ code: "command_rejected" });
    expect((await tableOf(hub)).ordinal).toBe(3n);
  });

  it("that arrives late is found at the conflict it causes", async () => {
    const { hub, storage, platform } = hubScene();
    await hub.publish(room, [noted("a")]);
    storage.faults.push("failed");
    const result = hub.publish(room, [grown("a", "once")]);
    await platform.settle();
    const [, late] = storage.commits;
    if (late === undefined) throw new Error("no attempt was made");
    storage.beforeCommit = async () => {
      storage.beforeCommit = null;
      await storage.commit(late);
    };
    await platform.advance(1_000);
    expect(await result).toMatchObject({ status: "committed", ordinal: 2n });
    expect(await notesOf(hub)).toEqual(["a:once"]);
  });

  it("that stays unknown is told so; a retry of the command by its id is answered from what was stored", async () => {
    const { write, hub, storage, platform } = hubScene({ limits: { maxStorageFailures: 2 } });
    await hub.publish(room, [remarked()]);
    storage.faults.push("lost");
    storage.beforeCommit = async () => {
      storage.readError = new Error("network gone");
    };
    const outcome = write("c-1", "a").catch((error: unknown) => error);
    await platform.advance(2_000);
    expect(await outcome).toMatchObject({ code: "outcome_unknown", retryable: true });
    storage.readError = null;
    storage.beforeCommit = null;
    expect(await write("c-1", "a")).toMatchObject({ ordinal: 2n, outcome: { notes: 1 }, repeated: true });
  });

  it("F-S2 that arrives after it was given up and looked for is found on the next sweep", async () => {
    const { hub, attach, storage, platform, fanOut } = hubScene({ limits: { maxStorageFailures: 1, sweepMs: 1_000 } });
    await hub.publish(room, [noted("a")]);
    await attach();
    await platform.advance(1_000);
    const before = storage.commits.length;
    storage.faults.push("failed");
    await expect(hub.publish(room, [grown("a", "late")])).rejects.toMatchObject({ code: "outcome_unknown" });
    // The session is loaded again: nothing is there yet.
    expect(await notesOf(hub)).toEqual(["a:"]);
    const late = storage.commits[before];
    if (late === undefined) throw new Error("no attempt was made");
    expect(await storage.commit(late)).toEqual({ status: "committed" });
    await platform.advance(1_000);
    expect(fanOut.at(-1)).toMatchObject({ type: "commit", change: { prevOrdinal: 1n, ordinal: 2n } });
  });

  it("F-S2 that was given up can arrive no more once the hub has moved the head; it moves it once", async () => {
    const { hub, attach, storage, platform } = hubScene({ limits: { maxStorageFailures: 1, sweepMs: 1_000 } });
    await hub.publish(room, [noted("a")]);
    await attach();
    await platform.advance(1_000);
    const before = storage.commits.length;
    storage.faults.push("failed");
    await expect(hub.publish(room, [grown("a", "late")])).rejects.toMatchObject({ code: "outcome_unknown" });
    const late = storage.commits[before];
    if (late === undefined) throw new Error("no attempt was made");
    await platform.advance(10_000);
    expect(storage.commits).toHaveLength(before + 2);
    expect(await storage.commit(late)).toMatchObject({ status: "conflict" });
    expect(await notesOf(hub)).toEqual(["a:"]);
  });

  it("F-S2 that began the log after it was given up is found on a sweep; nothing else begins it", async () => {
    const { hub, attach, storage, platform, fanOut } = hubScene({ limits: { maxStorageFailures: 1, sweepMs: 1_000 } });
    await attach();
    storage.faults.push("failed");
    await expect(hub.publish(room, [noted("a")])).rejects.toMatchObject({ code: "outcome_unknown" });
    await platform.advance(5_000);
    const [late] = storage.commits;
    if (late === undefined) throw new Error("no attempt was made");
    expect(storage.commits).toHaveLength(1);
    expect(await storage.commit(late)).toEqual({ status: "committed" });
    await platform.advance(1_000);
    expect(fanOut).toMatchObject([{ type: "commit", change: { prevOrdinal: 0n, ordinal: 1n } }]);
  });

  it("of a checkpoint alone makes the lane load again, without a word to anybody", async () => {
    const { hub, attach, storage, platform, fanOut } = hubScene();
    await hub.publish(room, [noted("a", "x")]);
    await attach();
    storage.faults.push("lost");
    await platform.advance(1_000);
    expect(storage.commits).toHaveLength(2);
    expect(await notesOf(hub)).toEqual(["a:x"]);
    expect(storage.calls.load).toBe(2);
    expect(fanOut).toHaveLength(1);
    expect(await hub.publish(room, [grown("a", "y")])).toMatchObject({ ordinal: 2n });
  });
});
