import { createHub, type Hub, type MessageStorageAdapter, memoryStorage } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { type ManualPlatform, manualPlatform } from "@sessionstream/server-node/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storageOver } from "../setup/storage-over.ts";
import { inProcessWire } from "../wire/in-process-wire.ts";
import { type FollowedClient, followClient } from "./followed-client.ts";
import { type NoteChange, noteEvent, notesModule } from "./notes-module.ts";

const SESSION = "shared";
const PRINCIPAL = { id: "ada", tenant: "shop" };
const KEY = { tenant: PRINCIPAL.tenant, session: SESSION };
const MAX_QUEUED_BYTES = 700;

type Step =
  | { readonly type: "publish"; readonly changes: readonly NoteChange[] }
  /** Several units before anybody answers: they form one batch, or several. */
  | { readonly type: "burst"; readonly changes: readonly NoteChange[] }
  | { readonly type: "stall" }
  | { readonly type: "cut" }
  | { readonly type: "page"; readonly limit: number }
  /** Lets go of all but the newest. */
  | { readonly type: "forget"; readonly keep: number }
  | { readonly type: "rebuild" }
  | { readonly type: "restart" };

const noteId = fc.integer({ min: 1, max: 7 }).map((n) => `n${n}`);
const text = fc.string({ maxLength: 60, unit: "grapheme" });
const change: fc.Arbitrary<NoteChange> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("write" as const),
      id: noteId,
      text,
      open: fc.boolean(),
      twin: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("grow" as const), id: noteId, text }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("remove" as const), id: noteId }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("poison" as const), id: noteId }) },
);
const changes = fc.array(change, { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant("publish" as const), changes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("burst" as const),
      changes: fc.array(change, { minLength: 2, maxLength: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ type: "stall" as const }) },
  { weight: 2, arbitrary: fc.constant({ type: "cut" as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("page" as const), limit: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("forget" as const), keep: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant({ type: "rebuild" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "restart" as const }) },
);

interface Scene {
  readonly hub: Hub;
  readonly platform: ManualPlatform;
  readonly live: FollowedClient;
  open(window: number): FollowedClient;
  restart(): Promise<void>;
}

function stage(storage: MessageStorageAdapter, window: number): Scene {
  const platform = manualPlatform();
  const start = () =>
    createHub({
      // Closing a hub closes its storage, and this one outlives its hubs.
      storage: { ...storageOver(() => storage), close: async () => {} },
      modules: [notesModule],
      authorize: () => true,
      platform,
      checkpoint: { everyEvents: 7, idleMs: 1_000 },
      limits: { fanOut: { maxFrameBytes: 1_500 }, maxEntityBytes: 1_000 },
    });
  let hub = start();
  const open = (rows: number) => {
    const wire = inProcessWire({ hub: () => hub, principal: PRINCIPAL, maxQueuedBytes: MAX_QUEUED_BYTES });
    return followClient(wire, SESSION, rows);
  };
  const live = open(window);
  return {
    get hub() {
      return hub;
    },
    platform,
    live,
    open,
    async restart() {
      const old = hub;
      hub = start();
      live.wire.cut();
      await Promise.all([old.close(), platform.advance(10_000)]);
    },
  };
}

/** Everything comes to rest: the hub's promises, the wire, a client that has to reconnect. */
async function rest(scene: Scene, client: FollowedClient): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await scene.platform.settle();
    client.wire.deliver();
    // In small steps: a long one would also run out the handshake of the connection it opens.
    for (let tick = 0; tick < 100 && client.wire.connections === 0; tick += 1) client.platform.advance(500);
  }
}

async function perform(scene: Scene, step: Step): Promise<void> {
  const { live } = scene;
  switch (step.type) {
    case "publish":
      await scene.hub.publish(KEY, step.changes.map(noteEvent));
      break;
    case "burst":
      await Promise.all(step.changes.map((one) => scene.hub.publish(KEY, [noteEvent(one)])));
      break;
    case "stall":
      live.wire.stalled = !live.wire.stalled;
      break;
    case "cut":
      live.wire.cut();
      break;
    case "page":
      // Whether the line is up is up to the script: a page that cannot be had is refused, and nothing else.
      live.handle.loadEarlier(step.limit).catch(() => undefined);
      break;
    case "forget":
      live.handle.forgetBelow(live.shown().at(-step.keep)?.createdOrdinal ?? 0n);
      break;
    case "rebuild":
      await scene.hub.rebuild(KEY);
      break;
    case "restart":
      await scene.restart();
      break;
  }
  await rest(scene, live);
}

/** What a client that comes now is shown, as far as the live client's window reaches. */
async function reloaded(scene: Scene, floor: bigint) {
  const fresh = scene.open(0);
  await rest(scene, fresh);
  const result = {
    cursor: fresh.cursor(),
    entities: fresh.shown().filter((entity) => entity.createdOrdinal >= floor || entity.open),
  };
  fresh.close();
  return result;
}

async function expectLiveEqualsReloaded(scene: Scene): Promise<void> {
  const { live } = scene;
  if (live.wire.stalled) return;
  const fresh = await reloaded(scene, live.floor());
  expect({ cursor: live.cursor(), entities: live.shown() }).toEqual(fresh);
}

async function play(storage: MessageStorageAdapter, window: number, script: readonly Step[]): Promise<void> {
  const scene = stage(storage, window);
  await rest(scene, scene.live);
  for (const one of script) {
    await perform(scene, one);
    await expectLiveEqualsReloaded(scene);
  }
  scene.live.wire.stalled = false;
  await rest(scene, scene.live);
  await expectLiveEqualsReloaded(scene);
  scene.live.close();
  await Promise.all([scene.hub.close(), scene.platform.advance(10_000)]);
}

const window = fc.constantFrom(0, 1, 3, 50);

describe("live equals reload, through every layer of both sides", () => {
  it("K24 L4: F-C16 after every step of a generated script the live timeline equals a fresh one, metadata included", async () => {
    await fc.assert(
      fc.asyncProperty(window, fc.array(step, { minLength: 1, maxLength: 30 }), (rows, script) =>
        play(memoryStorage(), rows, script),
      ),
      { numRuns: 150 },
    );
  });

  it("L1 L2: the same on SQLite, where a restart reads everything back", async () => {
    await fc.assert(
      fc.asyncProperty(window, fc.array(step, { minLength: 1, maxLength: 20 }), async (rows, script) => {
        const storage = sqliteStorage({ path: ":memory:" });
        await play(storage, rows, script);
        await storage.close();
      }),
      { numRuns: 25 },
    );
  });
});
