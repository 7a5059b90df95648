/**
 * Owns one local session: its log and those who follow it. Every follower lives through what a real one would (loading,
 * live, lost, delta on return, failed load), only without a wire. Knows no command.
 */
import { type Cursor, type SessionId, SessionStreamError, UNBORN } from "@sessionstream/protocol";
import type { TimelineEntity } from "../../timeline/entity.ts";
import type { EntityChange, ResumePoint, SessionHandle, SessionObserver, TimelineUpdate } from "../chat-backend.ts";
import type { LocalHistory } from "./local-history.ts";
import { createLocalLog, type LocalChange, type LocalLog } from "./local-log.ts";
import type { LocalNetwork } from "./local-network.ts";
import { deltaOf, fullOf, pageOf } from "./local-window.ts";

export interface LocalSession {
  readonly id: SessionId;
  /** The current log; `reset` replaces it. */
  readonly log: () => LocalLog;
  /** One commit, to everybody who follows. Returns its ordinal. */
  commit(changes: readonly LocalChange[]): bigint;
  ephemeral(key: string, payload: unknown, ttlMs: number): void;
  /** Another log under another epoch; followers get its full state. */
  reset(): void;
  follow(observer: SessionObserver, from?: ResumePoint): SessionHandle;
  /** Resolves when what was kept of it is in its log; at once if nothing keeps it. Rejects when that cannot be read. */
  restored(): Promise<void>;
  close(): void;
}

export interface LocalSessionOptions {
  readonly id: SessionId;
  readonly now: () => number;
  readonly network: LocalNetwork;
  /** Newest rows of a full state; 0 = everything. */
  readonly window: number;
  readonly history: LocalHistory | undefined;
}

const NOWHERE: ResumePoint = { cursor: UNBORN, floor: 0n };

interface Follower {
  deliver(update: TimelineUpdate): void;
  reload(): void;
}

export function createLocalSession({ id, now, network, window, history }: LocalSessionOptions): LocalSession {
  const followers = new Set<Follower>();
  let restoring: Promise<void> | null = null;
  let stopObserving = (): void => undefined;
  let life = 1;
  let log = createLocalLog({ epoch: `${id}-${life}`, now });

  function follow(observer: SessionObserver, from: ResumePoint = NOWHERE): SessionHandle {
    let state: "loading" | "live" | "lost" | "failed" | "closed" = "lost";
    let { cursor, floor }: { cursor: Cursor; floor: bigint } = from;
    let attempt = 0;

    function connect(): void {
      if (state === "closed" || state === "loading") return;
      if (!network.isOnline()) {
        lose();
        return;
      }
      state = "loading";
      observer.connection({ type: "connecting", attempt });
      observer.hydration({ type: isEmpty() ? "loading" : "stale" });
      network.later(() => {
        if (history === undefined) load(network.loadError());
        else
          restored().then(
            () => load(network.loadError()),
            (error: unknown) => load(SessionStreamError.from(error)),
          );
      });
    }

    function load(error: SessionStreamError | null): void {
      if (state !== "loading") return;
      observer.connection({ type: "open" });
      if (error !== null) {
        state = "failed";
        observer.hydration({ type: "failed", error });
        return;
      }
      state = "live";
      attempt = 0;
      catchUp(cursor.epoch === log.cursor().epoch ? deltaOf(log, cursor, floor) : fullOf(log, window));
      observer.hydration({ type: "ready" });
    }

    function catchUp(update: Extract<TimelineUpdate, { readonly type: "full" | "delta" }>): void {
      const result = observer.apply(update);
      const applied = result === "applied" ? update : fullOf(log, window);
      if (applied !== update) observer.apply(applied);
      ({ cursor, floor } = applied);
    }

    function lose(): void {
      state = "lost";
      attempt += 1;
      observer.connection({ type: "waiting", attempt, retryAt: now(), reason: "offline" });
      observer.hydration({ type: isEmpty() ? "loading" : "stale" });
    }

    const isEmpty = (): boolean => cursor.epoch === "";

    const follower: Follower = {
      deliver(update) {
        if (state !== "live") return;
        if (observer.apply(update) === "mismatch") catchUp(fullOf(log, window));
        else if (update.type === "commit") cursor = log.cursor();
      },
      reload() {
        if (state === "live") catchUp(fullOf(log, window));
      },
    };
    followers.add(follower);
    const ignoreNetwork = network.onChange(() => {
      if (network.isOnline()) connect();
      else if (state === "live" || state === "loading") lose();
    });
    connect();

    return {
      async loadEarlier(limit) {
        await new Promise<void>((resolve) => network.later(resolve));
        if (state !== "live") throw new SessionStreamError("network", "Older messages need a connection");
        const page = pageOf(log, floor, limit);
        observer.apply(page);
        floor = page.floor;
      },
      forgetBelow(next) {
        if (state !== "live" || next <= floor) return;
        observer.apply({ type: "forget", floor: next });
        floor = next;
      },
      reconnect() {
        if (state !== "live") connect();
      },
      close() {
        state = "closed";
        followers.delete(follower);
        ignoreNetwork();
      },
    };
  }

  function restored(): Promise<void> {
    restoring ??= restore();
    restoring.catch(() => {
      restoring = null;
    });
    return restoring;
  }

  async function restore(): Promise<void> {
    if (history === undefined) return;
    const add = (change: LocalChange): void => {
      if (log.get(change.kind, change.id) === undefined) commit([change]);
    };
    // Before the reading begins: what is added meanwhile may be in neither.
    const early: LocalChange[] = [];
    let hear: (change: LocalChange) => void = (change) => void early.push(change);
    stopObserving();
    stopObserving = history.observe(id, (change) => hear(change));
    begin(await history.load(id));
    hear = add;
    early.forEach(add);
  }

  /** Another log under another epoch. */
  function begin(base: readonly TimelineEntity[]): void {
    life += 1;
    log = createLocalLog({ epoch: `${id}-${life}`, now, base });
    for (const follower of [...followers]) follower.reload();
  }

  function commit(changes: readonly LocalChange[]): bigint {
    const update = log.commit(changes);
    for (const follower of [...followers]) follower.deliver(update);
    const settled = update.changes.flatMap((change) => {
      const entity = log.get(...nameOf(change));
      return entity === undefined || entity.open ? [] : [entity];
    });
    history?.keep(id, settled);
    return update.ordinal;
  }

  return {
    id,
    log: () => log,
    commit,
    restored,
    ephemeral(key, payload, ttlMs) {
      for (const follower of [...followers]) follower.deliver({ type: "ephemeral", key, payload, ttlMs });
    },
    reset: () => begin([]),
    follow,
    close: () => stopObserving(),
  };
}

function nameOf(change: EntityChange): [kind: string, id: string] {
  const { kind, id } = change.type === "put" ? change.entity : change;
  return [kind, id];
}
