import { SessionStreamError } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { HelloFrame } from "../../decode/server-frame.ts";
import type { ConnectionEffect } from "./effect.ts";
import type { ConnectionContext, ConnectionEvent } from "./event.ts";
import { type ConnectionState, NO_NOTICE } from "./state.ts";
import { connectionTransition } from "./transition.ts";

const GENERATION = 7;
const tried = { generation: GENERATION, attempt: 2, strike: 0 };
const error = new SessionStreamError("forbidden", "Not yours");
const open = { ...tried, type: "open", peer: "timeline", quietMs: 25_000, probedAt: null, notice: NO_NOTICE } as const;

/** Deep enough in a connection's life that nothing is zero. */
const STATES: { readonly [Type in ConnectionState["type"]]: Extract<ConnectionState, { type: Type }> } = {
  idle: { type: "idle", generation: GENERATION },
  connecting: { ...tried, type: "connecting" },
  authenticating: { ...tried, type: "authenticating", peer: "timeline", quietMs: 25_000 },
  open,
  waiting: { ...tried, type: "waiting", reason: "lost", retryAt: 0, notBefore: 100_000 },
  refreshing: { ...tried, type: "refreshing", retryAt: 0 },
  failed: { type: "failed", generation: GENERATION, error },
  closed: { type: "closed", generation: GENERATION },
};

const context: ConnectionContext = {
  now: 0,
  monotonic: 100_000,
  lastInbound: 99_000,
  random: 0.5,
  online: true,
  canRefresh: true,
  canIntroduce: true,
  canRenew: true,
};

const hello: HelloFrame = {
  type: "hello",
  connectionId: "c",
  capabilities: ["timeline"],
  protocolMin: 1,
  heartbeatIntervalMs: 25_000,
};

const refused = new SessionStreamError("unauthenticated", "Not valid any more");

const EVENTS = {
  wanted: { type: "wanted" },
  unwanted: { type: "unwanted" },
  closed: { type: "closed" },
  retry: { type: "retry" },
  wake: { type: "wake" },
  offline: { type: "offline" },
  pagehide: { type: "pagehide" },
  hello: { type: "hello", generation: GENERATION, hello },
  "hello that offers auth": {
    type: "hello",
    generation: GENERATION,
    hello: { ...hello, capabilities: ["timeline", "auth"] },
  },
  authenticated: { type: "authenticated" },
  "auth expiring": { type: "auth-expiring" },
  "hello of an old socket": { type: "hello", generation: GENERATION - 1, hello },
  lost: { type: "lost", generation: GENERATION, code: 1006 },
  "lost, of an old socket": { type: "lost", generation: GENERATION - 1, code: 1006 },
  "closed with forbidden": { type: "lost", generation: GENERATION, code: 4403 },
  "closed with token expired": { type: "lost", generation: GENERATION, code: 4014 },
  unopenable: { type: "unopenable", error },
  live: { type: "live" },
  "server error": { type: "server-error", error },
  "server error: unauthenticated": { type: "server-error", error: refused },
  draining: { type: "draining", afterMs: 500 },
  refreshed: { type: "refreshed", ok: true },
  "not refreshed": { type: "refreshed", ok: false },
  timer: { type: "timer" },
} as const satisfies Record<string, ConnectionEvent>;

type EventName = keyof typeof EVENTS;
type Covered = (typeof EVENTS)[EventName]["type"];
const EVERY_EVENT_IS_COVERED: ConnectionEvent["type"] extends Covered ? true : never = true;

/** Nothing happens. */
const o = "·";
const CONNECT = "connecting: report, timer 10000, connect 8";
const OPEN = "open: timer 25000, attach timeline";
const TOLD = "open:";
const ASK = "open: ping, timer 10000";
const IDLE = "idle: stop timer";
const HANG_UP = "idle: stop timer, disconnect 1000, detach";
const CLOSED = "closed: stop timer";
const CLOSE = "closed: stop timer, disconnect 1000, detach";
const PART = "waiting: disconnect 1000, detach, timer 6000";
const LOST = "waiting: detach, timer 6000";
const BROKEN = "waiting: disconnect 4000, detach, timer 6000";
const MUTE = "waiting: disconnect 4408, detach, timer 6000";
const REFRESH = "refreshing: detach, timer 30000, refresh";
const REFUSED = "refreshing: disconnect 4401, detach, timer 30000, refresh";
const FAIL = "failed: stop timer, detach forbidden";
const SIGNED_OUT = "failed: stop timer, detach unauthenticated";

type Row = readonly [
  idle: string,
  connecting: string,
  authenticating: string,
  open: string,
  waiting: string,
  refreshing: string,
  failed: string,
  closed: string,
];

// biome-ignore format: a row an event, a column a state.
const TABLE: Record<EventName, Row> = {
  wanted: [CONNECT, o, o, o, o, o, CONNECT, o],
  unwanted: [IDLE, HANG_UP, HANG_UP, HANG_UP, IDLE, IDLE, IDLE, o],
  closed: [CLOSED, CLOSE, CLOSE, CLOSE, CLOSED, CLOSED, CLOSED, o],
  retry: [o, o, o, o, CONNECT, CONNECT, CONNECT, o],
  wake: [o, o, o, ASK, CONNECT, o, o, o],
  offline: [o, o, o, ASK, "waiting: timer 30000", o, o, o],
  pagehide: [o, PART, PART, PART, o, o, o, o],
  hello: [o, "open: report, timer 25000, attach timeline", o, o, o, o, o, o],
  "hello that offers auth": [o, "authenticating: report, introduce", o, o, o, o, o, o],
  authenticated: [o, o, OPEN, o, o, o, o, o],
  "auth expiring": [o, o, o, "open: renew", o, o, o, o],
  "hello of an old socket": [o, o, o, o, o, o, o, o],
  lost: [o, LOST, LOST, LOST, o, o, o, o],
  "lost, of an old socket": [o, o, o, o, o, o, o, o],
  "closed with forbidden": [o, FAIL, FAIL, FAIL, o, o, o, o],
  "closed with token expired": [o, REFRESH, REFRESH, REFRESH, o, o, o, o],
  unopenable: [o, FAIL, o, o, o, o, o, o],
  live: [o, o, o, TOLD, o, o, o, o],
  "server error": [o, o, BROKEN, TOLD, o, o, o, o],
  "server error: unauthenticated": [o, o, REFUSED, TOLD, o, o, o, o],
  draining: [o, o, o, TOLD, o, o, o, o],
  refreshed: [o, o, o, o, o, CONNECT, o, o],
  "not refreshed": [o, o, o, o, o, SIGNED_OUT, o, o],
  timer: [o, MUTE, MUTE, "open: timer 24000", CONNECT, "waiting: timer 3000", o, o],
};

function inWords(effect: ConnectionEffect): string {
  switch (effect.type) {
    case "connect":
      return `connect ${effect.generation}`;
    case "disconnect":
      return `disconnect ${effect.code}`;
    case "timer":
      return effect.delayMs === null ? "stop timer" : `timer ${effect.delayMs}`;
    case "attach":
      return `attach ${effect.peer}`;
    case "detach":
      return effect.error === null ? "detach" : `detach ${effect.error.code}`;
    case "renew":
    case "ping":
    case "refresh":
    case "introduce":
    case "report":
      return effect.type;
  }
}

function outcome(before: ConnectionState, event: ConnectionEvent): string {
  const { state, effects } = connectionTransition(before, event, context);
  if (state === before && effects.length === 0) return "·";
  return `${state.type}: ${effects.map(inWords).join(", ")}`.trim();
}

describe("K01 K09 truth table of the connection", () => {
  it.each(Object.entries(STATES).map(([name, state], column) => ({ name, state, column })))(
    "$name",
    ({ state, column }) => {
      expect(EVERY_EVENT_IS_COVERED).toBe(true);
      const found = Object.entries(EVENTS).map(([event, value]) => [event, outcome(state, value)]);
      expect(found).toEqual(Object.entries(TABLE).map(([event, row]) => [event, row[column]]));
    },
  );
});

function take(before: ConnectionState, event: ConnectionEvent, given: Partial<ConnectionContext> = {}) {
  return connectionTransition(before, event, { ...context, ...given });
}
const lost = (code: number): ConnectionEvent => ({ type: "lost", generation: GENERATION, code });

describe("close codes (reliability 3.2)", () => {
  const live: ConnectionState = { ...open, attempt: 0 };

  it("4012 comes back at once, but does not let a server keep it spinning", () => {
    expect(take(live, lost(4012)).state).toMatchObject({ type: "connecting", attempt: 1 });
    expect(take(open, lost(4012)).state.type).toBe("waiting");
  });

  it("4013 waits at least two seconds", () => {
    const { effects } = take(live, lost(4013), { random: 0 });
    expect(effects).toContainEqual({ type: "timer", delayMs: 2_000 });
  });

  it("F-C13 4001 and 1001 after a draining frame wait as long as the server said", () => {
    const draining = take(live, { type: "draining", afterMs: 8_000 }).state;
    for (const code of [4001, 1001]) {
      expect(take(draining, lost(code), { random: 0 }).effects).toContainEqual({ type: "timer", delayMs: 8_000 });
    }
  });

  it("F-C13 4029 waits as long as the error said, and waking up does not shorten it", () => {
    const limited = new SessionStreamError("rate_limited", "Slow down", { retryAfterMs: 5_000 });
    const warned = take(live, { type: "server-error", error: limited }).state;
    const waiting = take(warned, lost(4029), { random: 0 });
    expect(waiting.effects).toContainEqual({ type: "timer", delayMs: 5_000 });
    expect(take(waiting.state, { type: "wake" }).state).toBe(waiting.state);
    expect(take(waiting.state, { type: "wake" }, { monotonic: 105_000 }).state.type).toBe("connecting");
  });

  it("4400 comes back once", () => {
    const again = take(live, lost(4400)).state;
    expect(again.type).toBe("waiting");
    const { generation } = take(again, { type: "timer" }).state;
    const reopened: ConnectionState = { ...open, generation, strike: 4400 };
    expect(take(reopened, { type: "lost", generation, code: 4400 }).state).toMatchObject({
      type: "failed",
      error: { code: "bad_client_frame" },
    });
  });

  it("4401 and 4014 refresh once; without a way to refresh they try once more; then they stop", () => {
    expect(take(live, lost(4401)).state.type).toBe("refreshing");
    expect(take(live, lost(4401), { canRefresh: false }).state.type).toBe("waiting");
    expect(take({ ...live, strike: 4401 }, lost(4401)).state).toMatchObject({
      type: "failed",
      error: { code: "unauthenticated" },
    });
  });

  it("a live session forgives an earlier strike", () => {
    const { state } = take({ ...open, strike: 4401 }, { type: "live" });
    expect(take(state, lost(4401)).state.type).toBe("refreshing");
  });

  it("4015, 4403, 4406 and unknown 44xx stop, with what the server said about it", () => {
    for (const code of [4015, 4403, 4406, 4499]) expect(take(live, lost(code)).state.type).toBe("failed");
    const told = take(live, { type: "server-error", error }).state;
    expect(take(told, lost(4403)).state).toMatchObject({ error });
  });

  it("unknown 40xx reconnect", () => {
    expect(take(live, lost(4077)).state).toMatchObject({ type: "waiting", reason: "refused" });
  });
});

describe("who we are", () => {
  it("X8 is shown only where somebody asks and there is something to show, and renewed only where it can be", () => {
    const asked = { ...EVENTS["hello that offers auth"] };
    expect(take(STATES.connecting, asked, { canIntroduce: false }).state.type).toBe("open");
    expect(take(STATES.connecting, EVENTS.hello).state.type).toBe("open");
    expect(take(open, EVENTS["auth expiring"], { canRenew: false }).effects).toEqual([]);
  });

  it("X8 AT-25 a credential that is refused is refreshed once, then the connection stops with a reason", () => {
    const first = take(STATES.authenticating, lost(4401));
    expect(first.state).toMatchObject({ type: "refreshing", strike: 4401 });
    const again = take(first.state, EVENTS.refreshed).state;
    const { generation } = again;
    const second = take(again, { type: "lost", generation, code: 4401 });
    expect(second.state).toMatchObject({ type: "failed", error: { code: "unauthenticated" } });
    expect(second.effects.map(inWords)).toEqual(["stop timer", "detach unauthenticated"]);
  });

  it("X9 a revoked connection stops, and says so", () => {
    const { state, effects } = take(open, lost(4015));
    expect(state).toMatchObject({ type: "failed", error: { code: "revoked", retryable: false } });
    expect(effects.map(inWords)).toEqual(["stop timer", "detach revoked"]);
  });
});

describe("silence", () => {
  it("K12 asks into a silence and drops a server that does not answer", () => {
    const asked = take(open, { type: "timer" }, { lastInbound: 75_000 });
    expect(asked.effects.map(inWords)).toEqual(["ping", "timer 10000"]);
    const silent = take(asked.state, { type: "timer" }, { monotonic: 110_000, lastInbound: 75_000 });
    expect(silent.effects.map(inWords)).toContain("disconnect 4012");
    expect(silent.state.type).toBe("connecting");
    const answered = take(asked.state, { type: "timer" }, { monotonic: 110_000, lastInbound: 100_001 });
    expect(answered.state).toMatchObject({ type: "open", probedAt: null });
  });

  it("K12 an answer that came long before a late timer still counts", () => {
    const asked = take(open, { type: "timer" }, { lastInbound: 75_000 }).state;
    const late = take(asked, { type: "timer" }, { monotonic: 160_000, lastInbound: 100_020 });
    expect(late.state.type).toBe("open");
    expect(late.effects.map(inWords)).toEqual(["ping", "timer 10000"]);
  });

  it("F-C15 waking after a sleep longer than the deadline drops the socket and connects at once", () => {
    const eightHours = 8 * 3_600_000;
    const { state, effects } = take(open, { type: "wake" }, { monotonic: 100_000 + eightHours });
    expect(state.type).toBe("connecting");
    expect(effects.map(inWords)).toEqual(["disconnect 4012", "detach", "report", "timer 10000", "connect 8"]);
  });

  it("K12 a server that does not ping is given the client's own interval", () => {
    const { state } = take(STATES.connecting, { ...EVENTS.hello, hello: { ...hello, heartbeatIntervalMs: 0 } });
    expect(state).toMatchObject({ type: "open", quietMs: 25_000 });
  });
});

describe("holds", () => {
  it("K11 offline slows retries down but never ends them", () => {
    const { state, effects } = take(open, lost(1006), { online: false });
    expect(state).toMatchObject({ type: "waiting", reason: "offline" });
    expect(effects).toContainEqual({ type: "timer", delayMs: 30_000 });
    expect(take(state, { type: "wake" }, { online: false }).state).toBe(state);
    expect(take(state, { type: "wake" }).state.type).toBe("connecting");
  });

  it("F-W8 a server that needs a newer protocol fails with a reason, without trying again", () => {
    const { state, effects } = take(STATES.connecting, { ...EVENTS.hello, hello: { ...hello, protocolMin: 2 } });
    expect(state).toMatchObject({ type: "failed", error: { code: "upgrade_required" } });
    expect(effects.map(inWords)).toEqual(["disconnect 4406", "stop timer", "detach upgrade_required"]);
  });
});
