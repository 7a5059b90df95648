/**
 * Owns the work outside the lane that commits of one session start: each effect once, a due effect never twice at the
 * same time. An effect's throw is recorded and harms nothing else (L12).
 */
import type { Message } from "@bufbuild/protobuf";
import { SessionStreamError } from "@sessionstream/protocol";
import { encodePayload } from "@sessionstream/protocol/codec";
import type { DueEffect, Effect, EffectContext, PublishOptions, PublishResult } from "../effect/effect.ts";
import type { EventInput } from "../event/define-event.ts";
import type { SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";
import type { HubCore, LaneFanOut } from "./core.ts";

const DEFAULT_TTL_MS = 5_000;

/** What effects need of their lane. */
export interface EffectsHost {
  readonly core: HubCore;
  readonly session: SessionKey;
  readonly fanOut: LaneFanOut;
  view(): SessionView;
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
  readonly #dueKeys = new Set<string>();

  constructor(host: EffectsHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#running.size;
  }

  start(effects: readonly Effect[]): void {
    for (const effect of effects) this.#run(effect);
  }

  /** Starts what the view calls for and is not running. @returns what was started. */
  startDue(): readonly DueEffect[] {
    const { core } = this.#host;
    if (core.phase.current !== "open") return [];
    const started: DueEffect[] = [];
    for (const effect of this.#askDue()) {
      if (this.#dueKeys.has(effect.key)) continue;
      this.#dueKeys.add(effect.key);
      started.push(effect);
      this.#run(effect, () => this.#dueKeys.delete(effect.key));
    }
    return started;
  }

  abortAll(): void {
    const reason = new SessionStreamError("aborted", "The hub closed, or the session was removed.");
    for (const { abort } of this.#running) abort.abort(reason);
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#running].map(({ ended }) => ended));
  }

  #askDue(): readonly DueEffect[] {
    const { core, session } = this.#host;
    return core.registry.due.flatMap(({ module, due }) => {
      try {
        return due(this.#host.view());
      } catch (error) {
        core.errors.report({ kind: "effect", error, subject: `due of ${module}`, session });
        return [];
      }
    });
  }

  #run(effect: Effect, whenEnded?: () => void): void {
    const { core, session } = this.#host;
    const abort = new AbortController();
    const context = this.#contextOf(effect, abort.signal);
    const ended = settle(() => effect.run(context)).then((error) => {
      if (error !== undefined && !abort.signal.aborted) {
        core.errors.report({ kind: "effect", error: error.thrown, subject: effect.name, session });
      }
      this.#running.delete(running);
      whenEnded?.();
    });
    const running: Running = { abort, ended };
    this.#running.add(running);
  }

  #contextOf(effect: Effect, signal: AbortSignal): EffectContext {
    const { core, session, fanOut } = this.#host;
    const { platform } = core;
    const { epoch } = this.#host.view();
    const report = (error: unknown, what: string): void => {
      core.errors.report({ kind: "effect", error, subject: `${effect.name}: ${what}`, session });
    };
    return {
      session,
      signal,
      publish: (events, options = {}) => this.#host.publish(events, options, epoch),
      view: () => this.#host.view(),
      ephemeral: (key, payload, { ttlMs = DEFAULT_TTL_MS } = {}) => {
        try {
          if (payload === null) fanOut.ephemeral(key, null, 0);
          else fanOut.ephemeral(key, encodeEphemeral(core, payload), ttlMs);
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
