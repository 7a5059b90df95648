/**
 * Owns one followed session at run time: feeds events to the machine one at a time and carries its effects out. The one
 * place where a session meets its observer, who cannot unwind us (L12).
 */
import type { ClientFrameJson, SessionId } from "@sessionstream/protocol";
import { SessionStreamError, UNBORN } from "@sessionstream/protocol";
import type { ResumePoint, SessionObserver, TimelineUpdate } from "../backend/chat-backend.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import type { ConnectionStatus, HydrationStatus } from "../thread/status.ts";
import type { MappingRegistry } from "../timeline/mapping-registry.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { SessionEffect } from "./effect.ts";
import type { SessionEvent } from "./event.ts";
import { hydrationStatus } from "./hydration-status.ts";
import { mappedUpdate } from "./mapped-update.ts";
import { retryDelayMs } from "./retry-policy.ts";
import type { SessionConfig, SessionState } from "./state.ts";
import { transition } from "./transition.ts";

export interface SessionRunOptions {
  readonly sessionId: SessionId;
  readonly subscription: string;
  readonly window: number;
  readonly observer: SessionObserver;
  /** What the observer shows already. */
  readonly from: ResumePoint | undefined;
  readonly platform: Pick<ClientPlatform, "setTimer" | "random">;
  readonly mappings: MappingRegistry;
  readonly send: (frame: ClientFrameJson) => void;
  readonly report: (diagnostic: Diagnostic) => void;
  /** The session follows live again. */
  readonly onLive: () => void;
}

export interface SessionRun {
  readonly sessionId: SessionId;
  handle(event: SessionEvent): void;
  connection(status: ConnectionStatus): void;
  loadEarlier(limit: number): Promise<void>;
  forgetBelow(floor: bigint): void;
  /** The observer is not called any more. */
  close(): void;
}

interface Page {
  readonly promise: Promise<void>;
  readonly settle: (error: SessionStreamError | null) => void;
}

export function runSession(options: SessionRunOptions): SessionRun {
  const { sessionId, observer, platform, report } = options;
  const config: SessionConfig = options;
  const queue: SessionEvent[] = [];
  const { cursor, floor } = options.from ?? { cursor: UNBORN, floor: 0n };
  let state: SessionState = {
    type: "detached",
    held: { cursor, floor, loaded: options.from !== undefined, requests: 0, attempt: 0 },
  };
  let hydration: HydrationStatus = { type: "idle" };
  let busy = false;
  let closed = false;
  let page: Page | null = null;
  let cancelTimer = () => {};

  function handle(event: SessionEvent): void {
    if (busy) {
      // The observer came back to us while it was told something: its wish waits for its turn.
      queue.push(event);
      return;
    }
    busy = true;
    for (let next: SessionEvent | undefined = event; next !== undefined; next = queue.shift()) {
      if (!closed) advance(next);
    }
    busy = false;
  }

  function advance(event: SessionEvent): void {
    const before = state;
    const { state: after, effects } = transition(config, before, event);
    state = after;
    for (const effect of effects) {
      const mismatch = run(effect);
      if (closed) return;
      if (mismatch !== null) {
        advance({ type: "mismatch", update: mismatch });
        return;
      }
    }
    if (before.type === after.type && after.type !== "failed") return;
    showHydration();
    if (after.type === "live" || after.type === "reference-live") options.onLive();
  }

  function run(effect: SessionEffect): TimelineUpdate["type"] | null {
    switch (effect.type) {
      case "apply":
        return apply(effect.update);
      case "apply-mapped":
        return apply(mappedUpdate(options.mappings, sessionId, effect.frame));
      case "send":
        options.send(effect.frame);
        return null;
      case "timer":
        setTimer(effect.delayMs);
        return null;
      case "backoff":
        setTimer(effect.minDelayMs + retryDelayMs(effect.attempt, platform.random()));
        return null;
      case "page-settled":
        page?.settle(effect.error);
        page = null;
        return null;
      case "report":
        report(effect.diagnostic);
        return null;
    }
  }

  function apply(update: TimelineUpdate): TimelineUpdate["type"] | null {
    try {
      return observer.apply(update) === "applied" ? null : update.type;
    } catch (error) {
      report({ type: "observer-failed", sessionId, error });
      return update.type;
    }
  }

  function setTimer(delayMs: number | null): void {
    cancelTimer();
    cancelTimer = delayMs === null ? () => {} : platform.setTimer(delayMs, () => handle({ type: "timer" }));
  }

  function showHydration(): void {
    const next = hydrationStatus(state);
    if (next === hydration) return;
    hydration = next;
    tell(() => observer.hydration(next));
  }

  function tell(call: () => void): void {
    if (closed) return;
    try {
      call();
    } catch (error) {
      report({ type: "observer-failed", sessionId, error });
    }
  }

  showHydration();

  return {
    sessionId,
    handle,
    connection: (status) => tell(() => observer.connection(status)),
    loadEarlier(limit) {
      if (closed) return Promise.reject(new SessionStreamError("closed", "The session was closed"));
      if (page !== null) return page.promise;
      const { promise, settle } = openPage();
      page = { promise, settle };
      handle({ type: "load-earlier", limit });
      return promise;
    },
    forgetBelow: (floor) => handle({ type: "forget", floor }),
    close() {
      closed = true;
      setTimer(null);
      page?.settle(new SessionStreamError("aborted", "The session was closed"));
      page = null;
    },
  };
}

function openPage(): Page {
  let settle: Page["settle"] = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === null ? resolve() : reject(error));
  });
  return { promise, settle };
}
