import { create } from "@bufbuild/protobuf";
import { PongFrameSchema, TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import { accept, defineCommand } from "../command/define-command.ts";
import { defineEvent, event } from "../event/define-event.ts";
import { createHub } from "./create-hub.ts";
import type { AuthorizeRequest } from "./hub-options.ts";
import { alice, attachRequest, bob, hubScene, notesOf, room, tableOf } from "./testing/hub-scene.ts";
import { noted, notesModule, remarked } from "./testing/notes-module.ts";
import { scriptedStorage } from "./testing/scripted-storage.ts";

describe("commands at the door", () => {
  it("H02 an unregistered command is refused by a stable code", async () => {
    await expect(hubScene().submit("Nope", "c-1")).rejects.toMatchObject({ code: "unknown_command" });
  });

  // CAST: what a caller without types might hand in.
  const bad: readonly [string, never][] = [
    ["null", null as never],
    ["no object", "text" as never],
    ["an array", [] as never],
    ["a message of another type", create(PongFrameSchema) as never],
    ["a field of a wrong type", { text: 7 } as never],
    ["JSON that poses as a message", { $typeName: TextAppendSchema.typeName, text: 7 } as never],
  ];
  it.each(bad)("H03 a payload that is %s is refused before decide runs", async (_, payload) => {
    let decided = 0;
    const probe = defineCommand({
      name: "Probe",
      schema: TextAppendSchema,
      decide() {
        decided += 1;
        return accept([]);
      },
    });
    const { submit } = hubScene({ modules: [{ ...notesModule(), commands: [probe] }] });
    await expect(submit("Probe", "c-1", payload)).rejects.toMatchObject({ code: "invalid_command" });
    expect(decided).toBe(0);
  });

  it("H08 JSON becomes the command's message; an empty body is an empty message", async () => {
    const seen: unknown[] = [];
    const probe = defineCommand({
      name: "Probe",
      schema: TextAppendSchema,
      decide({ payload }) {
        seen.push(payload);
        return accept([]);
      },
    });
    const { submit } = hubScene({ modules: [{ ...notesModule(), commands: [probe] }] });
    await submit("Probe", "c-1", {});
    await submit("Probe", "c-2", { field: "a", offset: 3, fromTheFuture: true });
    expect(seen).toEqual([create(TextAppendSchema), create(TextAppendSchema, { field: "a", offset: 3 })]);
  });

  it.each(["", "a b", "a/b", "x".repeat(129)])(
    'a session id "%s" or an empty command id is refused',
    async (session) => {
      const { hub, write } = hubScene();
      const request = { principal: alice, session, command: "Knock", id: "c-1", payload: {} };
      await expect(hub.submit(request)).rejects.toMatchObject({ code: "invalid_command" });
      await expect(write("", "a")).rejects.toMatchObject({ code: "invalid_command" });
      await expect(hub.publish({ tenant: "acme", session }, [noted("a")])).rejects.toMatchObject({
        code: "invalid_event",
      });
    },
  );

  it("a command or event above the size limit is refused and stores nothing", async () => {
    const { hub, write, storage } = hubScene({ limits: { maxEventBytes: 200 } });
    await expect(write("c-1", "a", "x".repeat(300))).rejects.toMatchObject({ code: "payload_too_large" });
    const big = hub.publish(room, [noted("a"), noted("b", "é".repeat(150))]);
    await expect(big).rejects.toMatchObject({ code: "payload_too_large" });
    expect(storage.commits).toEqual([]);
  });
});

describe("events at the door", () => {
  it("H04 publish wants a registered event, a message of its type and at least one event", async () => {
    const { hub, storage } = hubScene();
    const stranger = defineEvent("Stranger", TextAppendSchema);
    // CAST: what a caller without types might hand in.
    const wrongType = { ...noted("a"), payload: create(PongFrameSchema) } as never;
    await expect(hub.publish(room, [event(stranger, {})])).rejects.toMatchObject({ code: "unknown_event" });
    await expect(hub.publish(room, [wrongType])).rejects.toMatchObject({ code: "invalid_event" });
    await expect(hub.publish(room, [{ ...noted("a"), payload: null as never }])).rejects.toMatchObject({
      code: "invalid_event",
    });
    await expect(hub.publish(room, [])).rejects.toMatchObject({ code: "invalid_event" });
    await expect(hub.publish(room, [noted("a", "\ud800")])).rejects.toMatchObject({ code: "invalid_event" });
    expect(storage.commits).toEqual([]);
  });

  it("a published message belongs to the log: changing it afterwards fails", async () => {
    const { hub } = hubScene();
    const input = noted("a", "as said");
    const published = hub.publish(room, [input]);
    expect(() => {
      input.payload.text = "as unsaid";
    }).toThrow(TypeError);
    await published;
    expect(await notesOf(hub)).toEqual(["a:as said"]);
  });
});

describe("who may", () => {
  it("L13: nothing is done without a yes, and the app is asked about the right action", async () => {
    const asked: AuthorizeRequest[] = [];
    let answer = true;
    const { hub, write, attach } = hubScene({
      authorize(request) {
        asked.push(request);
        return answer;
      },
    });
    await write("c-1", "a");
    await write("c-2", "b");
    await hub.snapshot({ principal: alice, session: room.session });
    await attach();
    await hub.remove(alice, room.session);
    expect(asked.map(({ action, command }) => [action, command])).toEqual([
      ["write", "WriteNote"],
      ["create", "WriteNote"],
      ["write", "WriteNote"],
      ["read", undefined],
      ["read", undefined],
      ["remove", undefined],
    ]);
    answer = false;
    await expect(write("c-3", "c")).rejects.toMatchObject({ code: "forbidden" });
    await expect(attach()).rejects.toMatchObject({ code: "forbidden" });
    await expect(hub.snapshot({ principal: alice, session: room.session })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(hub.remove(alice, room.session)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("L13: a permission to create is none to write to what another created meanwhile", async () => {
    const storage = scriptedStorage();
    const { hub, write } = hubScene({
      storage,
      authorize: ({ principal, action }) => action === "create" || principal.id === "alice",
    });
    const release = storage.holdCommits();
    const mine = write("c-1", "a");
    const intruding = hub.submit({
      principal: bob,
      session: room.session,
      command: "WriteNote",
      id: "c-2",
      payload: { field: "b" },
    });
    release();
    await mine;
    await expect(intruding).rejects.toMatchObject({ code: "forbidden" });
    expect(await notesOf(hub)).toEqual(["a:"]);
  });

  it("L13: another tenant's session is another session, and cannot be attached to", async () => {
    const { hub, write } = hubScene();
    await write("c-1", "a");
    const stranger = { id: "alice", tenant: "evil" };
    expect(await hub.snapshot({ principal: stranger, session: room.session })).toBeNull();
    await expect(hub.attach(stranger, attachRequest())).rejects.toMatchObject({ code: "forbidden" });
  });

  it("L12: an authorize that throws lets nobody in", async () => {
    const { write, storage } = hubScene({
      authorize() {
        throw new Error("directory down");
      },
    });
    await expect(write("c-1", "a")).rejects.toMatchObject({ code: "internal" });
    expect(storage.commits).toEqual([]);
  });
});

describe("the life of a session", () => {
  it("H11 reading or watching a session creates nothing; it leaves memory with its last reader", async () => {
    const { hub, attach, storage, platform } = hubScene();
    expect(await hub.snapshot({ principal: alice, session: room.session })).toBeNull();
    expect(hub.stats().sessions).toBe(0);
    const subscription = await attach();
    expect(hub.stats()).toMatchObject({ sessions: 1, subscribers: 1 });
    subscription.detach();
    await platform.advance(5_000);
    expect(hub.stats().sessions).toBe(0);
    expect(storage.commits).toEqual([]);
  });

  it("H11 an idle session is evicted and comes back from storage as it was", async () => {
    const { hub, write, platform, storage } = hubScene({ limits: { evictAfterMs: 10_000, sweepMs: 1_000 } });
    await write("c-1", "a", "hello");
    const before = await tableOf(hub);
    await platform.advance(12_000);
    expect(hub.stats().sessions).toBe(0);
    const loads = storage.calls.load;
    expect(await tableOf(hub)).toEqual(before);
    expect(storage.calls.load).toBe(loads + 1);
  });

  it("a session with a subscriber stays in memory, however idle or large", async () => {
    const { hub, write, attach, platform } = hubScene({
      limits: { evictAfterMs: 1_000, maxMemoryBytes: 1, sweepMs: 500 },
    });
    await write("c-1", "a", "hello");
    const subscription = await attach();
    await platform.advance(10_000);
    expect(hub.stats().sessions).toBe(1);
    subscription.detach();
    await platform.advance(1_000);
    expect(hub.stats().sessions).toBe(0);
  });

  it("H11 L10: removing ends the log; the next write begins another one", async () => {
    const { hub, write, attach, fanOut } = hubScene();
    const first = await write("c-1", "a");
    await attach();
    await hub.remove(alice, room.session);
    expect(await hub.snapshot({ principal: alice, session: room.session })).toBeNull();
    expect(fanOut.at(-1)).toEqual({ type: "replaced" });
    const second = await write("c-1", "b");
    expect(second.epoch).not.toBe(first.epoch);
    expect(second).toMatchObject({ ordinal: 1n, repeated: false });
    expect(await notesOf(hub)).toEqual(["b:"]);
  });

  it("H10 concurrent callers share one load; a failed one surfaces and is tried again", async () => {
    const storage = scriptedStorage();
    await hubScene({ storage }).write("c-1", "a");
    const { hub, errors } = hubScene({ storage });
    storage.calls.load = 0;
    const read = () => hub.snapshot({ principal: alice, session: room.session });
    storage.readError = new Error("no route to host");
    await expect(read()).rejects.toMatchObject({ code: "storage_unavailable", retryable: true });
    expect(errors.map(({ kind, subject }) => [kind, subject])).toEqual([["storage", "load"]]);
    storage.readError = null;
    const both = await Promise.all([read(), read()]);
    expect(both.map((snapshot) => snapshot?.ordinal)).toEqual([1n, 1n]);
    expect(storage.calls.load).toBe(2);
  });

  it("H51 a hub works on a storage that keeps nothing", async () => {
    const storage = scriptedStorage({
      capabilities: { durability: "none", shared: false },
      load: async () => null,
      events: async () => [],
      command: async () => null,
      commit: async () => ({ status: "committed" }),
      remove: async () => undefined,
      close: async () => undefined,
    });
    const { hub, write } = hubScene({ storage });
    await write("c-1", "a");
    await hub.publish(room, [noted("b")]);
    expect(await notesOf(hub)).toEqual(["a:", "b:"]);
  });

  it("H52 hubs on memory storages of their own know nothing of each other", async () => {
    const [one, other] = [hubScene(), hubScene()];
    await one.write("c-1", "a");
    expect(await other.hub.snapshot({ principal: alice, session: room.session })).toBeNull();
  });
});

describe("the end of a hub", () => {
  it("H49 drain refuses commands, lets commits finish and stores the entities; twice is once", async () => {
    const { hub, write, storage } = hubScene();
    const release = storage.holdCommits();
    const last = write("c-1", "a");
    await expect.poll(() => storage.calls.commit).toBe(1);
    const drained = Promise.all([hub.drain(), hub.drain()]);
    await expect(write("c-2", "b")).rejects.toMatchObject({ code: "draining", retryable: true });
    await expect(hub.attach(alice, attachRequest())).rejects.toMatchObject({ code: "draining" });
    release();
    expect(await last).toMatchObject({ ordinal: 1n });
    await drained;
    expect(storage.commits.at(-1)?.head).toMatchObject({ ordinal: 1n, projected: 1n });
    await hub.publish(room, [remarked()]);
  });

  it("H49 close is idempotent, then everything is refused", async () => {
    const { hub, write, platform } = hubScene();
    await write("c-1", "a");
    await Promise.all([hub.close(), hub.close()]);
    await hub.close();
    await expect(write("c-2", "b")).rejects.toMatchObject({ code: "closed" });
    await expect(hub.publish(room, [remarked()])).rejects.toMatchObject({ code: "closed" });
    expect(hub.stats()).toMatchObject({ sessions: 0, draining: true });
    expect(platform.pendingTimers).toBe(0);
  });
});

it("createHub refuses modules that contradict each other", () => {
  const { storage } = hubScene();
  expect(() => createHub({ storage, modules: [notesModule(), notesModule()], authorize: () => true })).toThrow(
    /registered twice/,
  );
});
