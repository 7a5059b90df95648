/**
 * Owns one session in this process: its queue, its one commit in flight, its view. The pipeline, step by step:
 *
 *  1. accept     authorize, schema and size checks (session-hub.ts, accept.ts); an attempt with the same id in this
 *                lane is joined (here); the id is looked up in storage before every decision (admit-command.ts)
 *  2. decide     `decide` of the command, `guard` of a publish, on the view with the batch so far (prepare-batch.ts)
 *  3. assign     ordinals, times, event ids that stay the same over attempts (prepare-batch.ts)
 *  4. project    events → entity changes, each event on the view before it (run-projections.ts, stage-writes.ts)
 *  5. commit     one storage call that expects the head's revision (make-commit.ts, commit-batch.ts); a batch is what
 *                waited while the last commit was in flight (batch.ts)
 *  6. swap       the staged changes become the view (finish-batch.ts)
 *  7. fan out    the same changes, to every subscriber (fan-out-change.ts)
 *  8. ack        and then effects: the command's own, and those the view calls for (effects-runner.ts, due-work.ts)
 *
 * A conflict goes back to 1 after following the other writer (catch-up.ts). Whoever else needs the lane to itself (a
 * checkpoint, a rebuild, a removal, a catch-up) queues as a task. Only the code between two turns of `#work` changes
 * `state`, in synchronous steps: whoever reads it between awaits sees a commit whole or not at all.
 */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { PublishOptions, PublishResult } from "../effect/effect.ts";
import type { EventInput } from "../event/define-event.ts";
import type { SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";
import { acceptEvents } from "./accept.ts";
import { type LaneTask, type LaneWork, takeBatch } from "./batch.ts";
import { catchUp } from "./catch-up.ts";
import { IdleTimer } from "./checkpoint-policy.ts";
import { commitBatch } from "./commit-batch.ts";
import type { HubCore, LaneFanOut } from "./core.ts";
import { DueWork } from "./due-work.ts";
import { EffectsRunner } from "./effects-runner.ts";
import type { CommandAck } from "./hub.ts";
import type { LaneContext } from "./lane-context.ts";
import { laneReader } from "./lane-reader.ts";
import type { LaneState } from "./lane-state.ts";
import { loadSession } from "./load-session.ts";
import { settleDoubt } from "./settle-doubt.ts";
import { type CommandUnit, createAnswer, type PublishUnit } from "./unit.ts";
import { closedError, noFencesError, storageError } from "./unit-errors.ts";
import { writeCheckpoint } from "./write-checkpoint.ts";

export class Lane implements LaneContext {
  readonly core: HubCore;
  readonly session: SessionKey;
  readonly fanOut: LaneFanOut;
  readonly effects: EffectsRunner;
  readonly due: DueWork;
  readonly #idleTimer: IdleTimer | null;
  readonly #queue: LaneWork[] = [];
  readonly #inFlight = new Map<string, CommandUnit>();
  #state: LaneState | null = null;
  #loading: Promise<void> | null = null;
  #distrusted = false;
  /** Of the newest commit of unknown outcome. */
  #doubted: { readonly expect: string | null } | null = null;
  #working = false;
  #following = false;
  #closed = false;

  constructor(core: HubCore, session: SessionKey) {
    this.core = core;
    this.session = session;
    this.fanOut = core.createFanOut(laneReader(this));
    this.effects = new EffectsRunner({
      core,
      session,
      view: () => this.view(),
      show: (key, payload, ttlMs) => {
        this.fanOut.ephemeral(key, payload, ttlMs);
        core.sharing?.bell?.ringEphemeral(session, key, payload, ttlMs);
      },
      publish: (events, options, epoch) => this.publish(events, options, epoch),
    });
    this.due = new DueWork({
      core,
      session,
      effects: this.effects,
      view: () => this.view(),
      catchUp: () => this.catchUp(),
    });
    const idle = core.checkpoint === "always" ? null : core.checkpoint.idleMs;
    this.#idleTimer = idle === null ? null : new IdleTimer(core.platform, idle, () => void this.checkpoint());
  }

  get state(): LaneState {
    if (this.#state === null) throw new TypeError("A lane is read before it is loaded");
    return this.#state;
  }

  get isLoaded(): boolean {
    return this.#state !== null;
  }

  /** Nothing to do, and nobody who would notice if it left memory. */
  get isIdle(): boolean {
    const busy = this.#working || this.#queue.length > 0 || this.#loading !== null;
    return !busy && !this.isFollowed;
  }

  /** Somebody here would notice if it fell behind the storage. */
  get isFollowed(): boolean {
    return this.fanOut.size > 0 || this.effects.size > 0 || this.due.size > 0;
  }

  view(): SessionView {
    return this.state.view;
  }

  /** Resolves when the session is in memory. Concurrent callers share one load; a failed one is tried again. */
  ready(): Promise<void> {
    if (this.#state !== null && !this.#distrusted) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  submit(unit: CommandUnit): Promise<CommandAck> {
    const name = JSON.stringify([unit.id, unit.principal.id, unit.fingerprint]);
    const running = this.#inFlight.get(name);
    if (running !== undefined) return running.answer.promise;
    this.#inFlight.set(name, unit);
    const forget = () => void this.#inFlight.delete(name);
    unit.answer.promise.then(forget, forget);
    this.#enqueue(unit);
    return unit.answer.promise;
  }

  /** Checked and queued at once, in the order of the calls. With `epoch`: into that log or not at all. */
  async publish(events: readonly EventInput[], options: PublishOptions, epoch?: string): Promise<PublishResult> {
    if (options.fence !== undefined && this.core.sharing === null) throw noFencesError();
    const unit: PublishUnit = {
      type: "publish",
      events: acceptEvents(this.core, events),
      guard: options.guard,
      fence: options.fence,
      epoch,
      eventIds: [],
      attempts: 0,
      outcomeUnknown: false,
      answer: createAnswer(),
    };
    this.#enqueue(unit);
    return unit.answer.promise;
  }

  /** Runs `task` when everything queued before is done, with no commit beside it. */
  runAlone<Result>(task: () => Promise<Result>): Promise<Result> {
    const answer = createAnswer<Result>();
    this.#enqueue({
      type: "task",
      run: async () => answer.resolve(await task()),
      refuse: (error) => answer.reject(storageError(error)),
    });
    return answer.promise;
  }

  async catchUp(): Promise<void> {
    await this.runAlone(() => catchUp(this));
  }

  /** Something may be new in storage. Never rejects; asked again while it waits for its turn, it is done once. */
  follow(): void {
    if (this.#following || this.#closed) return;
    this.#following = true;
    const following = this.runAlone(() => {
      this.#following = false;
      return catchUp(this);
    });
    following.catch((error: unknown) => {
      this.#following = false;
      this.core.errors.report({ kind: "storage", error, subject: "follow", session: this.session });
    });
  }

  /** Never rejects: the log has everything, a checkpoint is a convenience. */
  async checkpoint(): Promise<void> {
    if (!this.isLoaded || this.#closed) return;
    await this.runAlone(() => writeCheckpoint(this)).catch(() => undefined);
  }

  replace(state: LaneState): void {
    const before = this.#state?.head();
    const now = state.head();
    this.#state = state;
    if (before === undefined) return;
    if (before.epoch !== now.epoch) this.effects.abortAll();
    const same = before.view === now.view && before.ordinal === now.ordinal && before.tag === now.tag;
    if (same && before.epoch === now.epoch) return;
    try {
      this.fanOut.replaced();
    } catch (error) {
      this.core.errors.report({ kind: "fan-out", error, subject: "replaced", session: this.session });
    }
  }

  beBorn(state: LaneState): void {
    this.#state = state;
  }

  distrust(): void {
    this.#distrusted = true;
  }

  doubt(expect: string | null): void {
    this.#doubted = { expect };
  }

  committed(): void {
    this.#idleTimer?.touch();
  }

  /** What nobody else would start: a reload that failed, a look for a late commit, effects the view calls for. */
  sweep(): void {
    if (this.#distrusted) this.ready().catch(() => undefined);
    else if (this.isLoaded) {
      if (this.#isInDoubt && !this.#working) this.runAlone(() => settleDoubt(this)).catch(() => undefined);
      this.due.startHere();
    }
  }

  /** From here on everything is refused. What is in flight comes to its end. */
  dispose(): void {
    this.#closed = true;
    this.#idleTimer?.cancel();
  }

  /** A head that has moved since lets nothing in that expects the one before. */
  get #isInDoubt(): boolean {
    return this.#doubted !== null && this.#doubted.expect === (this.state.stored?.revision ?? null);
  }

  #enqueue(work: LaneWork): void {
    if (this.#closed) {
      refuse(work, closedError());
      return;
    }
    this.#queue.push(work);
    if (this.#working) return;
    this.#working = true;
    // What else arrives in this tick joins the batch.
    this.core.platform.defer(() => void this.#work());
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      try {
        await this.ready();
      } catch (error) {
        this.#refuseWaiting(error);
        break;
      }
      const [next] = this.#queue;
      if (next?.type === "task") await this.#runTask(next);
      else {
        const storage = await commitBatch(this, takeBatch(this.#queue, this.core.limits.maxBatchEvents));
        // One after the other, each would wait for all its own attempts.
        if (storage === "down") this.#refuseWaiting(undefined);
      }
    }
    this.#working = false;
  }

  #refuseWaiting(cause: unknown): void {
    for (const work of this.#queue.splice(0)) refuse(work, storageError(cause));
  }

  async #runTask(task: LaneTask): Promise<void> {
    this.#queue.shift();
    try {
      await task.run();
    } catch (error) {
      task.refuse(error);
    }
  }

  async #load(): Promise<void> {
    try {
      const state = await loadSession(this.core, this.session);
      this.#distrusted = false;
      this.replace(state);
      if (state.dirty.size > 0) this.committed();
      this.due.start();
    } catch (error) {
      this.core.errors.report({ kind: "storage", error, subject: "load", session: this.session });
      throw storageError(error);
    }
  }
}

function refuse(work: LaneWork, error: SessionStreamError): void {
  if (work.type === "task") work.refuse(error);
  else work.answer.reject(error);
}
