/**
 * Several hubs on one shared memory and one clock, as processes of one machine: each can be paused and goes on later,
 * or be killed, and then nothing of it is heard any more.
 */
import type { Doorbell } from "../../doorbell/contract.ts";
import { type UnreliableDoorbell, unreliableDoorbell } from "../../doorbell/testing/unreliable-doorbell.ts";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import type { SharedMessageStorage } from "../../storage/contract.ts";
import { type SharedMemory, sharedMemory, sharedMemoryStorage } from "../../storage/memory/shared-memory-storage.ts";
import { type ManualPlatform, manualPlatform } from "../../testing/manual-platform.ts";
import { createHub } from "../create-hub.ts";
import type { ErrorRecord } from "../error-records.ts";
import type { Hub } from "../hub.ts";
import type { HubModule } from "../hub-module.ts";
import type { HubOptions } from "../hub-options.ts";
import type { PipelineRecord } from "../pipeline-record.ts";

export interface FleetMember {
  readonly hub: Hub;
  readonly errors: readonly ErrorRecord[];
  readonly pipeline: readonly PipelineRecord[];
  /** As by SIGSTOP. */
  pause(): void;
  resume(): void;
  /** As by SIGKILL. */
  kill(): void;
}

export interface HubFleet {
  readonly clock: ManualPlatform;
  readonly memory: SharedMemory;
  /** To look into what is stored. */
  readonly storage: SharedMessageStorage;
  readonly doorbell: UnreliableDoorbell;
  /** No process can reach the storage. */
  storageIsAway: boolean;
  /** The log of this session cannot be read. */
  unreadable: string | null;
  start(modules: readonly HubModule[], options?: Partial<HubOptions>): FleetMember;
  startWithoutDoorbell(modules: readonly HubModule[]): FleetMember;
}

export function hubFleet(): HubFleet {
  const clock = manualPlatform();
  const memory = sharedMemory(() => clock.now());
  const doorbell = unreliableDoorbell((delayMs, callback) => clock.setTimer(delayMs, callback));
  let started = 0;

  function startProcess(modules: readonly HubModule[], options: Partial<HubOptions>, life: ProcessLife): FleetMember {
    started += 1;
    const errors: ErrorRecord[] = [];
    const pipeline: PipelineRecord[] = [];
    const hub = createHub({
      storage: throughLife(sharedMemoryStorage(memory), life, fleet),
      modules,
      authorize: () => true,
      platform: platformOf(clock, life, `hub${started}`),
      onError: (record) => void errors.push(record),
      onPipeline: (record) => void pipeline.push(record),
      ...options,
    });
    return { hub, errors, pipeline, pause: life.pause, resume: life.resume, kill: life.pause };
  }

  const fleet: HubFleet = {
    clock,
    memory,
    storage: sharedMemoryStorage(memory),
    doorbell,
    storageIsAway: false,
    unreadable: null,
    start(modules, options = {}) {
      const life = processLife();
      return startProcess(modules, { doorbell: heardWhileAwake(doorbell, life), ...options }, life);
    },
    startWithoutDoorbell: (modules) => startProcess(modules, {}, processLife()),
  };
  return fleet;
}

function heardWhileAwake(doorbell: Doorbell, life: ProcessLife): Doorbell {
  return {
    ring: (notice) => life.awake().then(() => doorbell.ring(notice)),
    listen: (listener) =>
      doorbell.listen({ ...listener, heard: (notice) => void life.awake().then(() => listener.heard(notice)) }),
  };
}

interface ProcessLife {
  pause(): void;
  resume(): void;
  /** At once while it runs; when it goes on; never, if it was killed. */
  awake(): Promise<void>;
}

function processLife(): ProcessLife {
  let sleeping: Promise<void> | null = null;
  let wake = () => {};
  return {
    pause() {
      sleeping ??= new Promise((resolve) => {
        wake = resolve;
      });
    },
    resume() {
      sleeping = null;
      wake();
    },
    awake: () => sleeping ?? Promise.resolve(),
  };
}

function platformOf(clock: ManualPlatform, life: ProcessLife, name: string): HubPlatform {
  let minted = 0;
  return {
    now: () => clock.now(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, () => void life.awake().then(callback)),
    randomId: () => `${name}-${++minted}`,
    defer: (callback) => clock.defer(callback),
    yield: () => clock.yield(),
  };
}

/** A process that sleeps asks nothing and hears no answers. */
function throughLife(storage: SharedMessageStorage, life: ProcessLife, fleet: HubFleet): SharedMessageStorage {
  async function call<Result>(ask: () => Promise<Result>): Promise<Result> {
    await life.awake();
    if (fleet.storageIsAway) throw new Error("the storage is away");
    const answer = await ask();
    await life.awake();
    return answer;
  }
  return {
    capabilities: { durability: storage.capabilities.durability, shared: true },
    load: (session) =>
      call(async () => {
        if (session.session === fleet.unreadable) throw new Error("the log is damaged");
        return storage.load(session);
      }),
    events: (session, query) => call(() => storage.events(session, query)),
    command: (session, id) => call(() => storage.command(session, id)),
    commit: (commit) => call(() => storage.commit(commit)),
    remove: (session) => call(() => storage.remove(session)),
    heads: (sessions) => call(() => storage.heads(sessions)),
    lease: (key, request) => call(() => storage.lease(key, request)),
    renew: (lease, ttlMs) => call(() => storage.renew(lease, ttlMs)),
    release: (lease) => call(() => storage.release(lease)),
    expiredLeases: (limit) => call(() => storage.expiredLeases(limit)),
    close: () => storage.close(),
  };
}
