/**
 * Owns the one impure loop: a socket, a timer and the sessions that share them. Every decision is the machines'; here
 * frames are decoded, handed to their session, and effects carried out.
 */
import type { ClientFrameJson, SessionId } from "@sessionstream/protocol";
import { SessionStreamError } from "@sessionstream/protocol";
import type { ResumePoint, SessionHandle, SessionObserver } from "../../backend/chat-backend.ts";
import { decodeServerFrame } from "../../decode/decode-server-frame.ts";
import type { ServerFrame } from "../../decode/server-frame.ts";
import type { ClientPlatform } from "../../platform/client-platform.ts";
import type { MappingRegistry } from "../../timeline/mapping-registry.ts";
import type { Transport, TransportConnection } from "../../wire/transport.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { SessionEvent } from "../event.ts";
import { runSession, type SessionRun } from "../run-session.ts";
import { connectionStatus } from "./connection-status.ts";
import { type Credentials, closeCodeOf, type GetCredentials } from "./credentials.ts";
import type { ConnectionEffect } from "./effect.ts";
import type { ConnectionEvent } from "./event.ts";
import { createRoster } from "./roster.ts";
import type { ConnectionState } from "./state.ts";
import { connectionTransition } from "./transition.ts";

export interface ConnectionOptions {
  readonly transport: Transport;
  /** Asked before every connection. */
  readonly url: () => string;
  readonly platform: ClientPlatform;
  readonly mappings: MappingRegistry;
  readonly window: number;
  /** Gets another token. Absent: there is none to get. */
  readonly refresh: (() => Promise<unknown>) | undefined;
  /** What is shown on each connection, got before it is opened. Absent: its upgrade tells who we are. */
  readonly introduce: GetCredentials | undefined;
  /** What is shown when the server says that the old one ends. Absent: nothing can be. */
  readonly renew: GetCredentials | undefined;
  readonly report: (diagnostic: Diagnostic) => void;
}

export interface Connection {
  open(sessionId: SessionId, observer: SessionObserver, from?: ResumePoint): SessionHandle;
  close(): void;
}

export function runConnection(options: ConnectionOptions): Connection {
  const { platform, report } = options;
  const roster = createRoster();
  const queue: ConnectionEvent[] = [];
  let state: ConnectionState = { type: "idle", generation: 0 };
  let busy = false;
  let socket: TransportConnection | null = null;
  let credentials: Credentials | null = null;
  /** Ends what is asked of anybody for this connection, with it. */
  let asking = new AbortController();
  let status = connectionStatus(state);
  let offersAuth = false;
  let lastInbound = 0;
  let subscriptions = 0;
  let cancelTimer = () => {};
  let stopLifecycle: (() => void) | null = null;

  function handle(event: ConnectionEvent): void {
    queue.push(event);
    if (busy) return;
    busy = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const before = state;
      const after = connectionTransition(before, next, {
        now: platform.now(),
        monotonic: platform.monotonic(),
        lastInbound,
        random: platform.random(),
        online: platform.isOnline(),
        canRefresh: options.refresh !== undefined,
        canIntroduce: options.introduce !== undefined,
        canRenew: options.renew !== undefined,
      });
      state = after.state;
      if (state.type !== before.type) listenToPage(state.type !== "idle" && state.type !== "closed");
      // Before the effects: who is told of its content knows the connection's status already.
      showStatus();
      for (const effect of after.effects) carryOut(effect);
    }
    busy = false;
  }

  function carryOut(effect: ConnectionEffect): void {
    switch (effect.type) {
      case "connect":
        connect(effect.generation);
        return;
      case "disconnect":
        socket?.close(effect.code, "");
        forgetSocket();
        return;
      case "ping":
        send({ ping: { nonce: platform.randomId() } });
        return;
      case "timer":
        cancelTimer();
        cancelTimer =
          effect.delayMs === null ? () => {} : platform.setTimer(effect.delayMs, () => handle({ type: "timer" }));
        return;
      case "refresh":
        options.refresh?.().then(
          () => handle({ type: "refreshed", ok: true }),
          () => handle({ type: "refreshed", ok: false }),
        );
        return;
      case "introduce":
        send({ authenticate: { ...credentials, capabilities: ["timeline", "auth"] } });
        credentials = null;
        return;
      case "renew":
        renew();
        return;
      case "attach":
        roster.all((run) => run.handle({ type: "attached", peer: effect.peer }));
        return;
      case "detach":
        roster.all((run) => run.handle({ type: "detached", error: effect.error }));
        return;
      case "report":
        report(effect.diagnostic);
        return;
    }
  }

  function forgetSocket(): void {
    socket = null;
    credentials = null;
    asking.abort();
  }

  function connect(generation: number): void {
    asking = new AbortController();
    if (options.introduce === undefined) openSocket(generation);
    else prepare(generation, options.introduce);
  }

  /** A connection that nobody can be told the owner of is as good as lost. */
  function prepare(generation: number, introduce: GetCredentials): void {
    const { signal } = asking;
    introduce(signal).then(
      (found) => {
        if (signal.aborted) return;
        credentials = found;
        openSocket(generation);
      },
      (thrown) => {
        if (signal.aborted) return;
        const error = SessionStreamError.from(thrown, "network");
        const { code } = error;
        report({ type: "disconnected", code: closeCodeOf(code), reason: code });
        if (code === "invalid_options") handle({ type: "unopenable", error });
        else handle({ type: "lost", generation, code: closeCodeOf(code) });
      },
    );
  }

  /** Whatever goes wrong here, the server says when it is too late. */
  function renew(): void {
    const { signal } = asking;
    options.renew?.(signal).then(
      (fresh) => {
        if (!signal.aborted) send({ authenticate: fresh });
      },
      (thrown) => {
        if (signal.aborted) return;
        report({ type: "renewal-failed", code: SessionStreamError.from(thrown, "network").code });
      },
    );
  }

  function openSocket(generation: number): void {
    lastInbound = platform.monotonic();
    try {
      socket = options.transport.open(options.url(), {
        text: (text) => {
          if (generation === state.generation) receive(generation, text);
        },
        closed: ({ code, reason }) => {
          if (generation !== state.generation) return;
          forgetSocket();
          report({ type: "disconnected", code, reason });
          handle({ type: "lost", generation, code });
        },
      });
    } catch (thrown) {
      handle({ type: "unopenable", error: SessionStreamError.from(thrown, "network") });
    }
  }

  function receive(generation: number, text: string): void {
    lastInbound = platform.monotonic();
    const decoded = decodeServerFrame(text);
    if (decoded.ok) {
      dispatch(generation, decoded.frame);
      return;
    }
    const { sessionId, message } = decoded;
    report({ type: "malformed-frame", sessionId, length: text.length, message });
    if (sessionId === "") roster.all((run) => run.handle({ type: "malformed", ours: false }));
    else roster.of(sessionId, (run) => run.handle({ type: "malformed", ours: true }));
  }

  function dispatch(generation: number, frame: ServerFrame): void {
    switch (frame.type) {
      case "timeline":
      case "ui-event":
      case "snapshot":
      case "ephemeral":
      case "subscribed":
        deliver(frame.sessionId, frame);
        return;
      case "hello":
        offersAuth = frame.capabilities.includes("auth");
        handle({ type: "hello", generation, hello: frame });
        return;
      case "ping": {
        send({ pong: { nonce: frame.nonce } });
        const heads = new Map(frame.heads.map((head) => [head.sessionId, head]));
        roster.all((run) => run.handle({ type: "head", head: heads.get(run.sessionId) ?? null }));
        return;
      }
      case "error": {
        const { sessionId, error } = frame;
        report({ type: "server-error", sessionId, code: error.reason ?? error.code, retryable: error.retryable });
        if (sessionId !== "") deliver(sessionId, frame);
        else handle({ type: "server-error", error });
        // The reference's errors name no session, but may well be about one.
        if (state.type === "open" && state.peer === "reference") roster.all((run) => run.handle(frame));
        return;
      }
      case "draining":
        handle({ type: "draining", afterMs: frame.afterMs });
        return;
      case "authenticated":
      case "auth-expiring":
        handle(frame);
        return;
      case "unknown":
        report({ type: "unknown-frame", arm: frame.arm });
        return;
      // A sign of life, which every frame is; and the answer to letting go, which nobody waits for.
      case "pong":
      case "unsubscribed":
        return;
    }
  }

  function deliver(sessionId: string, event: SessionEvent): void {
    const found = roster.of(sessionId, (run) => run.handle(event));
    if (!found && roster.isFirstForeign(sessionId)) report({ type: "foreign-frame", sessionId, frame: event.type });
  }

  function send(frame: ClientFrameJson): void {
    socket?.send(JSON.stringify(frame));
  }

  /** A session says what it needs of the server; what the connection does besides is added here. */
  function sendForSession(frame: ClientFrameJson): void {
    const { capabilities } = frame.subscribe ?? {};
    const isPlain = capabilities === undefined || options.renew === undefined || !offersAuth;
    send(isPlain ? frame : { subscribe: { ...frame.subscribe, capabilities: [...capabilities, "auth"] } });
  }

  function showStatus(): void {
    const next = connectionStatus(state);
    const same = next.type === status.type && (next.type === "idle" || next.type === "open" || next.type === "closed");
    if (same) return;
    status = next;
    roster.all((run) => run.connection(next));
  }

  function listenToPage(wanted: boolean): void {
    if (wanted === (stopLifecycle !== null)) return;
    stopLifecycle?.();
    stopLifecycle = !wanted
      ? null
      : platform.onLifecycle((event) => {
          if (event === "wake" || event === "offline" || event === "pagehide") handle({ type: event });
        });
  }

  function release(run: SessionRun): void {
    run.close();
    if (!roster.remove(run)) return;
    if (roster.isEmpty()) handle({ type: "unwanted" });
    else if (!roster.has(run.sessionId) && state.type === "open") send({ unsubscribe: { sessionId: run.sessionId } });
  }

  return {
    open(sessionId, observer, from) {
      if (state.type === "closed")
        throw new SessionStreamError("closed", "This backend was closed: create another one");
      const run = runSession({
        sessionId,
        subscription: `${++subscriptions}`,
        window: options.window,
        observer,
        from,
        platform,
        mappings: options.mappings,
        send: sendForSession,
        report,
        onLive: () => handle({ type: "live" }),
      });
      roster.add(run);
      run.connection(status);
      if (state.type === "open") run.handle({ type: "attached", peer: state.peer });
      handle({ type: "wanted" });
      return {
        loadEarlier: (limit) => run.loadEarlier(limit),
        forgetBelow: (floor) => run.forgetBelow(floor),
        reconnect() {
          if (state.type === "open") run.handle({ type: "retry", peer: state.peer });
          else handle({ type: "retry" });
        },
        close: () => release(run),
      };
    },
    close() {
      handle({ type: "closed" });
      roster.all((run) => run.close());
      roster.clear();
    },
  };
}
