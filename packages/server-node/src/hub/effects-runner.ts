/**
 * Owns the work outside the lane of one session while it lasts: what it may do, its end, its abortion. An effect's throw
 * is recorded and harms nothing else (L12). Which work a view calls for, and who does it, is due-work.ts.
 */
import type { Message } from "@bufbuild/protobuf";
import { SessionStreamError } from "@sessionstream/protocol";
import { encodePayload } from "@sessionstream/protocol/codec";
import type { Effect, EffectContext, PublishOptions, PublishResult } from "../effect/effect.ts";
import type { EventInput } from "../event/define-event.ts";
import type { SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import type { HeldLease } from "./held-lease.ts";

const DEFAULT_TTL_MS = 5_000;

/** What effects need of their lane. */
export interface EffectsHost {
  readonly core: HubCore;
  readonly session: SessionKey;
  view(): SessionView;
  /** To whoever watches the session, without a trace in the log. */
  show(key: string, payload: string | null, ttlMs: number): void;
  /** Into the log of this epoch, or not at all. */
  publish(events: readonly EventInput[], options: PublishOptions, epoch: string): Promise<PublishResult>;
}

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class EffectsRunner {
  readonly #host: EffectsHost;
  readonly #running = new Set<Running>();

  constructor(host: EffectsHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#running.size;
  }

  start(effects: readonly Effect[]): void {
    for (const effect of effects) void this.run(effect, null);
  }

  abortAll(): void {
    const reason = new SessionStreamError("aborted", "The hub closed, or the session was removed.");
    for (const { abort } of this.#running) abort.abort(reason);
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#running].map(({ ended }) => ended));
  }

  /** Under a lease: it ends when the lease is lost, and nothing it publishes later is stored. */
  run(effect: Effect, lease: HeldLease | null): Promise<void> {
    const { core, session } = this.#host;
    const abort = new AbortController();
    lease?.lost.addEventListener("abort", () => abort.abort(takenOver()), { once: true });
    const context = this.#contextOf(effect, abort.signal, lease);
    const ended = settle(() => effect.run(context)).then((error) => {
      if (error !== undefined && !abort.signal.aborted) {
        core.errors.report({ kind: "effect", error: error.thrown, subject: effect.name, session });
      }
      this.#running.delete(running);
    });
    const running: Running = { abort, ended };
    this.#running.add(running);
    return ended;
  }

  #contextOf(effect: Effect, signal: AbortSignal, lease: HeldLease | null): EffectContext {
    const { core, session } = this.#host;
    const { platform } = core;
    const { epoch } = this.#host.view();
    const report = (error: unknown, what: string): void => {
      core.errors.report({ kind: "effect", error, subject: `${effect.name}: ${what}`, session });
    };
    return {
      session,
      signal,
      publish: async (events, options = {}) => {
        if (lease === null) return this.#host.publish(events, options, epoch);
        const result = await this.#host.publish(events, { ...options, fence: options.fence ?? lease.token }, epoch);
        if (result.status === "fenced") lease.lose();
        return result;
      },
      view: () => this.#host.view(),
      ephemeral: (key, payload, { ttlMs = DEFAULT_TTL_MS } = {}) => {
        try {
          if (payload === null) this.#host.show(key, null, 0);
          else this.#host.show(key, encodeEphemeral(core, payload), ttlMs);
        } catch (error) {
          report(error, `ephemeral "${key}"`);
        }
      },
      now: () => platform.now(),
      setTimer: (delayMs, callback) => platform.setTimer(delayMs, callback),
      mintId: () => platform.randomId(),
      report,
    };
  }
}

function takenOver(): SessionStreamError {
  return new SessionStreamError("aborted", "Another process has taken this work over.");
}

/** Its start is synchronous; a throw there counts like a rejection. */
async function settle(run: () => Promise<void>): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    await run();
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

function encodeEphemeral(core: HubCore, payload: Message): string {
  const schema = core.registry.payloads.get(payload.$typeName);
  if (schema !== undefined) return encodePayload(schema, payload, core.registry.payloads);
  throw new SessionStreamError("invalid_event", `${payload.$typeName} is no type of a registered event or kind`);
}
