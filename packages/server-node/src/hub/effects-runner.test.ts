import { create } from "@bufbuild/protobuf";
import { PongFrameSchema, TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it, vi } from "vitest";
import { accept, defineCommand } from "../command/define-command.ts";
import type { DueEffect, Effect, EffectContext } from "../effect/effect.ts";
import { type MemoryStorageContents, memoryStorage } from "../storage/memory/memory-storage.ts";
import { DEFAULT_HUB_LIMITS } from "./hub-options.ts";
import { alice, hubScene, notesOf, room } from "./testing/hub-scene.ts";
import { grown, Note, noted, notesModule, remarked, settled } from "./testing/notes-module.ts";
import { scriptedStorage } from "./testing/scripted-storage.ts";

/** A module whose command `Run` starts `effect` after it stored a note. */
function running(effect: Effect) {
  const run = defineCommand({
    name: "Run",
    schema: TextAppendSchema,
    decide: () => accept([noted("a", "", true)], { effects: [effect] }),
  });
  return { modules: [{ ...notesModule(), commands: [run] }] };
}

/** One effect per open note. */
function dueNotes(run: (id: string, context: EffectContext) => Promise<void>) {
  const started: string[] = [];
  const due = (open: readonly { readonly id: string }[]): readonly DueEffect[] =>
    open.map(({ id }) => ({
      key: id,
      name: `settle ${id}`,
      run(context) {
        started.push(id);
        return run(id, context);
      },
    }));
  return { started, modules: [notesModule({ due: (view) => due(view.listOpen(Note)) })] };
}

describe("effects of a command", () => {
  it("L5: start once, after the commit and the answer, outside the lane", async () => {
    const trail: string[] = [];
    const effect: Effect = {
      name: "reply",
      async run({ publish, view }) {
        trail.push(`started at ${view().ordinal}`);
        await publish([grown("a", "reply")]);
        trail.push("published");
      },
    };
    const { hub, submit, platform } = hubScene({ ...running(effect), failpoint: (name) => void trail.push(name) });
    const acks = await Promise.all([submit("Run", "c-1"), submit("Run", "c-1")]);
    await platform.settle();
    expect(acks[0]).toMatchObject({ ordinal: 1n });
    expect(trail.slice(0, 7)).toEqual([
      "decided",
      "before-commit",
      "after-commit",
      "after-swap",
      "after-fan-out",
      "after-ack",
      "started at 1",
    ]);
    expect(trail.filter((step) => step === "published")).toHaveLength(1);
    expect(await submit("Run", "c-1")).toMatchObject({ repeated: true });
    await platform.settle();
    expect(await notesOf(hub)).toEqual(["a:reply"]);
  });

  it("L9: of a commit whose answer was lost start once", async () => {
    let started = 0;
    const effect: Effect = {
      name: "reply",
      async run() {
        started += 1;
      },
    };
    const { submit, storage } = hubScene(running(effect));
    storage.faults.push("lost");
    expect(await submit("Run", "c-1")).toMatchObject({ ordinal: 1n, repeated: false });
    expect(started).toBe(1);
  });

  it("F-S5 go on while another process writes without a pause: what they say lands in the end", async () => {
    const contents: MemoryStorageContents = new Map();
    const other = hubScene({ storage: scriptedStorage(memoryStorage(contents)) });
    const storage = scriptedStorage(memoryStorage(contents));
    let losses = 0;
    const effect: Effect = {
      name: "reply",
      async run({ publish }) {
        storage.beforeCommit = async () => {
          losses += 1;
          if (losses <= 3 * DEFAULT_HUB_LIMITS.maxAttempts) await other.hub.publish(room, [remarked()]);
        };
        await publish([grown("a", "reply")]);
      },
    };
    const { hub, submit, errors } = hubScene({ ...running(effect), storage });
    other.platform.randomId = () => `other-${storage.calls.commit}-${other.storage.calls.commit}`;
    await submit("Run", "c-1");
    await vi.waitFor(() => expect(hub.stats().effects).toBe(0));
    expect(errors).toEqual([]);
    expect(await notesOf(hub)).toEqual(["a:reply"]);
  });

  it("L12: one that throws is on record and harms nobody", async () => {
    const effect: Effect = {
      name: "reply",
      run() {
        throw new Error("no model");
      },
    };
    const { hub, submit, platform, errors } = hubScene(running(effect));
    await submit("Run", "c-1");
    await platform.settle();
    expect(errors).toMatchObject([{ kind: "effect", subject: "reply", message: "no model", session: room }]);
    expect(hub.stats().effects).toBe(0);
    await hub.publish(room, [remarked()]);
  });

  it("keep their session in memory, and are aborted when it is removed; what they then say is stale", async () => {
    let late: unknown;
    const effect: Effect = {
      name: "reply",
      async run({ signal, publish }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        late = await publish([grown("a", "too late")]);
      },
    };
    const { hub, submit, platform } = hubScene({ ...running(effect), limits: { evictAfterMs: 1, sweepMs: 1_000 } });
    await submit("Run", "c-1");
    await platform.advance(10_000);
    expect(hub.stats()).toMatchObject({ sessions: 1, effects: 1 });
    await hub.remove(alice, room.session);
    await platform.settle();
    expect(late).toEqual({ status: "stale" });
    expect(hub.stats().effects).toBe(0);
    expect(await hub.snapshot({ principal: alice, session: room.session })).toBeNull();
  });

  it("H49 are aborted by close, which stores what they say as they end", async () => {
    const effect: Effect = {
      name: "reply",
      async run({ signal, publish }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await publish([settled("a")]);
      },
    };
    const { hub, submit, storage } = hubScene(running(effect));
    await submit("Run", "c-1");
    await hub.close();
    expect(storage.commits.at(-1)).toMatchObject({
      head: { ordinal: 2n, projected: 2n },
      events: [{ name: "Settled" }],
    });
  });

  it("close does not wait forever for one that will not end", async () => {
    const { hub, submit, platform } = hubScene(running({ name: "stuck", run: () => new Promise(() => undefined) }));
    await submit("Run", "c-1");
    const closed = hub.close();
    await platform.advance(2_000);
    await closed;
  });

  it("show what is never stored; a payload nobody registered is on record instead", async () => {
    const effect: Effect = {
      name: "reply",
      async run({ ephemeral }) {
        ephemeral("typing", create(TextAppendSchema, { text: "…" }));
        ephemeral("typing", null);
        ephemeral("typing", create(PongFrameSchema));
      },
    };
    const { submit, fanOut, storage, errors } = hubScene(running(effect));
    await submit("Run", "c-1");
    expect(fanOut.slice(1)).toEqual([
      { type: "ephemeral", key: "typing", payload: expect.stringContaining('"text":"…"') },
      { type: "ephemeral", key: "typing", payload: null },
    ]);
    expect(storage.commits).toHaveLength(1);
    expect(errors).toMatchObject([{ kind: "effect", subject: 'reply: ephemeral "typing"' }]);
  });
});

describe("due effects", () => {
  it("are started by the commit that calls for them, and not again while they run", async () => {
    let finish = () => {};
    const { started, modules } = dueNotes(async (id, { publish }) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      await publish([settled(id)]);
    });
    const { hub, platform, pipeline } = hubScene({ modules });
    await hub.publish(room, [noted("a", "", true)]);
    await hub.publish(room, [remarked()]);
    await platform.advance(20_000);
    expect(started).toEqual(["a"]);
    expect(pipeline.map(({ effects }) => effects)).toEqual([["settle a"], []]);
    finish();
    await platform.advance(20_000);
    expect(started).toEqual(["a"]);
    expect(hub.stats().effects).toBe(0);
  });

  it("survive a restart: the view names them again when it is loaded", async () => {
    const stuck = dueNotes(() => new Promise(() => undefined));
    const first = hubScene({ modules: stuck.modules });
    await first.hub.publish(room, [noted("a", "", true)]);
    const { started, modules } = dueNotes(async (id, { publish }) => void (await publish([settled(id)])));
    const { hub, platform } = hubScene({ modules, storage: first.storage });
    await hub.snapshot({ principal: alice, session: room.session });
    await platform.settle();
    expect(started).toEqual(["a"]);
    await platform.advance(20_000);
    expect(started).toEqual(["a"]);
  });

  it("that end without doing their work are tried again by the sweeper, not in a loop", async () => {
    let attempts = 0;
    const { modules } = dueNotes(async (id, { publish }) => {
      attempts += 1;
      if (attempts < 3) throw new Error("not yet");
      await publish([settled(id)]);
    });
    const { hub, platform, errors } = hubScene({ modules, limits: { sweepMs: 1_000 } });
    await hub.publish(room, [noted("a", "", true)]);
    await platform.settle();
    expect(attempts).toBe(1);
    await platform.advance(5_000);
    expect(attempts).toBe(3);
    expect(errors).toHaveLength(2);
  });

  it("H49 do not start any more while the hub drains", async () => {
    const { started, modules } = dueNotes(async () => undefined);
    const { hub } = hubScene({ modules });
    await hub.drain();
    await hub.publish(room, [noted("a", "", true)]);
    expect(started).toEqual([]);
  });
});
