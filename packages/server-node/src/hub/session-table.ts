/**
 * Owns which sessions are in memory: at most one lane each, made on demand, dropped when nobody needs it. Which ones go
 * when memory is short is eviction.ts.
 */
import type { SessionKey } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { type EvictionCandidate, lanesToEvict } from "./eviction.ts";
import { Lane } from "./lane.ts";
import { sessionName } from "./session-name.ts";
import { closedError } from "./unit-errors.ts";

interface Seat {
  readonly lane: Lane;
  /** Calls that are using the lane right now. */
  holds: number;
  lastUsed: number;
}

export class SessionTable {
  readonly #core: HubCore;
  /** Least recently used first. */
  readonly #seats = new Map<string, Seat>();

  constructor(core: HubCore) {
    this.#core = core;
  }

  get size(): number {
    return this.#seats.size;
  }

  /** If it is in memory. */
  find(session: SessionKey): Lane | undefined {
    return this.#seats.get(sessionName(session))?.lane;
  }

  lanes(): readonly Lane[] {
    return [...this.#seats.values()].map(({ lane }) => lane);
  }

  /** The session's lane, if it has one that is loaded. Looking is no use of it. */
  peek(session: SessionKey): Lane | null {
    const lane = this.#seats.get(sessionName(session))?.lane ?? null;
    return lane?.isLoaded ? lane : null;
  }

  /** Runs `use` on the session's lane, which stays in memory meanwhile. */
  async withLane<Result>(session: SessionKey, use: (lane: Lane) => Promise<Result>): Promise<Result> {
    if (this.#core.phase.current === "closed") throw closedError();
    this.#core.sharing?.bell?.meet(session.tenant);
    const name = sessionName(session);
    const seat = this.#take(name, session);
    seat.holds += 1;
    try {
      return await use(seat.lane);
    } finally {
      seat.holds -= 1;
      seat.lastUsed = this.#core.platform.now();
      this.#dropIfEmpty(name, seat);
    }
  }

  /** Asks every session what it needs, then evicts what is not needed. */
  async sweep(): Promise<void> {
    for (const [name, seat] of this.#seats) {
      seat.lane.sweep();
      this.#dropIfEmpty(name, seat);
    }
    const candidates = [...this.#seats].map(([name, seat]) => candidate(name, seat));
    for (const name of lanesToEvict(candidates, this.#core.limits, this.#core.platform.now())) await this.#evict(name);
  }

  disposeAll(): void {
    for (const { lane } of this.#seats.values()) lane.dispose();
    this.#seats.clear();
  }

  #take(name: string, session: SessionKey): Seat {
    const seat = this.#seats.get(name) ?? {
      lane: new Lane(this.#core, Object.freeze({ tenant: session.tenant, session: session.session })),
      holds: 0,
      lastUsed: this.#core.platform.now(),
    };
    this.#seats.delete(name);
    this.#seats.set(name, seat);
    return seat;
  }

  /** A session without a log, or that could not be loaded, leaves with its last user. */
  #dropIfEmpty(name: string, seat: Seat): void {
    const { lane } = seat;
    if (isNeeded(seat) || (lane.isLoaded && !lane.state.isUnborn)) return;
    this.#drop(name, lane);
  }

  async #evict(name: string): Promise<void> {
    const seat = this.#seats.get(name);
    if (seat === undefined) return;
    await seat.lane.checkpoint();
    // Somebody may have come for it while the checkpoint was written.
    if (this.#seats.get(name) === seat && !isNeeded(seat)) this.#drop(name, seat.lane);
  }

  #drop(name: string, lane: Lane): void {
    lane.dispose();
    this.#seats.delete(name);
  }
}

function isNeeded({ lane, holds }: Seat): boolean {
  return holds > 0 || !lane.isIdle;
}

function candidate(name: string, seat: Seat): EvictionCandidate {
  const { lane, lastUsed } = seat;
  return { name, lastUsed, bytes: lane.isLoaded ? lane.state.view.totalBytes : 0, needed: isNeeded(seat) };
}
