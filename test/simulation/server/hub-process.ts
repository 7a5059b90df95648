/**
 * Owns one server process: the production hub, its sockets' connections and its HTTP routes, on a clock of its own. It
 * can end properly, or as by `kill -9`: then nothing of it is heard any more, whatever its promises still do.
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import { createHub, type Hub, type HubPlatform, type Principal, type SubscriberSink } from "@sessionstream/server-node";
import { approvalPlugin, chat, reasoningPlugin, toolCallPlugin } from "@sessionstream/server-node/chat";
import { createChatHttpHandler, type HttpHandler } from "@sessionstream/server-node/http";
import { type Connection, openConnection } from "../../../packages/server-node/src/transport/ws/connection.ts";
import { createEndOfTurn } from "../../../packages/server-node/src/transport/ws/end-of-turn.ts";
import { createOutboundBudget } from "../../../packages/server-node/src/transport/ws/outbound-budget.ts";
import { DEFAULT_WEBSOCKET_LIMITS } from "../../../packages/server-node/src/transport/ws/websocket-options.ts";
import { createFrameChunks } from "../../../packages/server-node/src/transport/ws/wire-frame.ts";
import type { Link } from "../network/link.ts";
import type { Surroundings } from "../run/surroundings.ts";
import type { Random } from "../time/random.ts";
import { faultyStorage } from "./faulty-storage.ts";
import { flakyNotes } from "./notes.ts";
import { processLife } from "./process-life.ts";
import { scriptedEngine } from "./scripted-engine.ts";

/** How long a permission that is gone may still be believed. */
export const REAUTHORIZE_MS = 20_000;

export const START = Date.UTC(2026, 0, 1);

export interface HubProcess {
  readonly name: string;
  readonly hub: Hub;
  readonly state: "up" | "leaving" | "dead";
  readonly hasSlept: boolean;
  readonly http: HttpHandler;
  /** Resolves when the process is no more. */
  readonly died: Promise<void>;
  /** `turnAway`: it is let in, told hello and sent away, as by a server that has no room. */
  accept(link: Link, principal: Principal, turnAway: boolean): void;
  /** As by `kill -9`; silently, if the machine went with it. */
  kill(silently: boolean): void;
  /** As by SIGSTOP and SIGCONT. */
  sleep(): void;
  wake(): void;
  /** When it goes on; at once while it runs; never when it is no more. */
  awake(): Promise<void>;
  /** Sends its clients away, lets commits finish, ends. */
  leave(): void;
  /** The clock of its machine is set. */
  skew(ms: number): void;
  /** Of each connection: what was enqueued and not taken yet. */
  readonly queuedBytes: readonly number[];
}

/** How large and how patient this history's servers are. */
export interface ServerSettings {
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  readonly maxStorageFailures: number;
  readonly everyEvents: number;
  readonly evictAfterMs: number;
  readonly leaseMs: number;
}

export function drawServerSettings(random: Random): ServerSettings {
  const maxFrameBytes = random.pick([2_000, 2_000, 4_000, 64_000]);
  return {
    maxFrameBytes,
    maxQueuedBytes: maxFrameBytes * random.pick([1, 4]),
    maxStorageFailures: random.pick([1, 2, 5]),
    everyEvents: random.pick([3, 20, 500]),
    evictAfterMs: random.pick([4_000, 300_000]),
    leaseMs: random.pick([4_000, 12_000, 30_000]),
  };
}

export function startHub(name: string, surroundings: Surroundings): HubProcess {
  const { clock, faults, judge, storage, settings, log, shared, permissions, calls, approvalMs } = surroundings;
  const random = surroundings.random.fork(name);
  const connections = new Map<Connection, { readonly link: Link; readonly queuedBytes: () => number }>();
  const chunksOf = createFrameChunks();
  const life = processLife(clock);
  let isLeaving = false;
  let skewMs = 0;
  let ids = 0;
  let sockets = 0;

  const platform: HubPlatform = {
    now: () => START + Math.floor(clock.now) + skewMs,
    setTimer(delayMs, callback) {
      let cancelled = false;
      const cancel = clock.after(delayMs, () =>
        life.whenAwake(() => {
          if (!cancelled) callback();
        }),
      );
      return () => {
        cancelled = true;
        cancel();
      };
    },
    randomId: () => `${name}-${String(++ids).padStart(5, "0")}`,
    defer: (callback) => queueMicrotask(callback),
    yield: () => Promise.resolve(),
  };
  const atEndOfTurn = createEndOfTurn(platform);
  const isFlaky = (eventId: string) => random.chance(faults.rate("projectionFlaky")) && !log.has(eventId);
  const asking = {
    mayAsk: approvalMs !== null,
    // A process that is no more does nothing to anybody.
    execute: (toolCallId: string) => life.isAlive && calls.did(toolCallId),
  };
  const hub = createHub({
    storage: faultyStorage({ ...surroundings, memory: storage.memory, name, random, life }),
    ...(shared ? { doorbell: surroundings.joinBell(life.whenAwake) } : {}),
    modules: [
      chat({
        engine: scriptedEngine(surroundings.random.fork("engine"), faults, asking),
        plugins: [
          reasoningPlugin(),
          toolCallPlugin(),
          approvalPlugin(approvalMs === null ? {} : { expiresAfterMs: approvalMs }),
        ],
        maxQueuedRuns: 3,
        noProgressMs: 10_000,
      }),
      flakyNotes(isFlaky),
    ],
    authorize: ({ principal, session }) => permissions.mayRead(principal, session),
    platform,
    checkpoint: { everyEvents: settings.everyEvents, idleMs: 1_000 },
    limits: {
      maxStorageFailures: settings.maxStorageFailures,
      evictAfterMs: settings.evictAfterMs,
      reauthorizeMs: REAUTHORIZE_MS,
      leaseMs: settings.leaseMs,
      leaseSweepMs: Math.min(10_000, settings.leaseMs / 2),
      maxEntityBytes: settings.maxFrameBytes - 600,
      fanOut: { maxFrameBytes: settings.maxFrameBytes },
    },
    onError: (record) => surroundings.onServerError(name, record),
  });
  const http = createChatHttpHandler({
    hub,
    authenticate: (request) => principalOf(request.headers.get("x-user")),
    origins: "same-host",
    allowMissingOrigin: true,
    mintId: platform.randomId,
    now: platform.now,
    onError: () => undefined,
  });

  /** A subscriber that breaks its word and throws. */
  function breakable(sink: SubscriberSink): SubscriberSink {
    return {
      ...sink,
      send(frame) {
        if (random.chance(faults.rate("brokenSink"))) throw new Error("the sink is broken");
        sink.send(frame);
      },
    };
  }

  judge.tell(() => `  ${name} started`);
  const server: HubProcess = {
    name,
    hub,
    get state() {
      if (!life.isAlive) return "dead";
      return isLeaving ? "leaving" : "up";
    },
    get hasSlept() {
      return life.naps > 0;
    },
    http,
    died: life.died,
    accept(link, principal, turnAway) {
      sockets += 1;
      let queued = 0;
      const { websocket, socket } = link.answered({
        whenAwake: life.whenAwake,
        written: (text) => permissions.written(server, principal, text),
      });
      const connection = openConnection({
        id: `${name}-socket-${sockets}`,
        principal,
        audience: "public",
        websocket,
        socket,
        hub: { attach: (who, request) => hub.attach(who, { ...request, sink: breakable(request.sink) }) },
        platform,
        limits: {
          ...DEFAULT_WEBSOCKET_LIMITS,
          maxQueuedBytes: settings.maxQueuedBytes,
          maxFrameBytes: settings.maxFrameBytes,
        },
        outbound: createOutboundBudget(Number.POSITIVE_INFINITY),
        referenceHello: false,
        verify: null,
        introduction: null,
        strictFrames: true,
        chunksOf,
        atEndOfTurn,
        observe(stage, detail) {
          if (stage === "server_frame_queued") queued += detail?.bytes ?? 0;
          if (stage === "server_frames_written") queued -= detail?.bytes ?? 0;
        },
        report: () => undefined,
        onEnd: () => connections.delete(connection),
      });
      connections.set(connection, { link, queuedBytes: () => queued });
      if (isLeaving) connection.drain(0);
      else if (turnAway) connection.close(CLOSE_CODES.goingAway, "no room");
    },
    kill(silently) {
      if (!life.isAlive) return;
      judge.tell(() => `  ${name} killed`);
      life.end();
      for (const { link } of connections.values()) link.serverDied(silently);
      connections.clear();
    },
    sleep() {
      judge.tell(() => `  ${name} sleeps`);
      life.sleep();
    },
    wake() {
      judge.tell(() => `  ${name} wakes`);
      life.wake();
    },
    awake: life.awake,
    leave() {
      if (isLeaving) return;
      isLeaving = true;
      life.whenAwake(() => {
        judge.tell(() => `  ${name} leaves`);
        for (const connection of connections.keys()) connection.drain(0);
        void hub.close().then(life.end);
      });
    },
    skew(ms) {
      skewMs = ms;
    },
    get queuedBytes() {
      return [...connections.values()].map(({ queuedBytes }) => queuedBytes());
    },
  };
  return server;
}

/** `tenant.user`. */
function principalOf(header: string | null): Principal | null {
  const [tenant, id] = (header ?? "").split(".");
  return tenant === undefined || id === undefined || id === "" ? null : { tenant, id };
}

export function userHeader({ tenant, id }: Principal): string {
  return `${tenant}.${id}`;
}
