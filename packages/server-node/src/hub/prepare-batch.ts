/**
 * Owns steps 2 to 4 for a batch: decide or guard, assign, project, unit after unit, each on the view with the units
 * before it. Synchronous, and without effect on the lane: what it makes can be thrown away and made again.
 */
import { ORDINAL_MAX, SessionStreamError } from "@sessionstream/protocol";
import type { Decision } from "../command/define-command.ts";
import type { SessionEvent } from "../event/define-event.ts";
import type { CommittedEvent } from "../fan-out/committed-change.ts";
import { atOnce } from "../platform/hooks.ts";
import type { StoredEvent } from "../storage/contract.ts";
import { acceptEvents } from "./accept.ts";
import type { HubCore } from "./core.ts";
import type { LaneState } from "./lane-state.ts";
import { type ProjectionFailure, runProjections } from "./run-projections.ts";
import { StagedView } from "./staged-view.ts";
import { type AcceptedEvent, type CommandUnit, nthId, type PublishUnit, type Unit } from "./unit.ts";

export interface PreparedUnit {
  readonly unit: Unit;
  /** Of its last event; without events, of the event before. */
  readonly ordinal: bigint;
  readonly events: number;
}

export interface RefusedUnit {
  readonly unit: Unit;
  readonly error: SessionStreamError;
  /** Projections that threw on it. */
  readonly failures: readonly ProjectionFailure[];
}

/** Nobody else in the process is served meanwhile. */
const SLOW_MS = 50;

export class PreparedBatch {
  readonly staged: StagedView;
  /** Of the log, which this batch may begin. */
  readonly epoch: string;
  readonly units: PreparedUnit[] = [];
  readonly refused: RefusedUnit[] = [];
  readonly stale: PublishUnit[] = [];
  readonly rows: StoredEvent[] = [];
  readonly events: CommittedEvent[] = [];
  readonly failures: ProjectionFailure[] = [];
  command: CommandUnit | null = null;

  constructor(staged: StagedView, epoch: string) {
    this.staged = staged;
    this.epoch = epoch;
  }

  refuse(unit: Unit, error: SessionStreamError, failures: readonly ProjectionFailure[] = []): void {
    this.refused.push({ unit, error, failures });
  }
}

export function prepareBatch(core: HubCore, state: LaneState, units: readonly Unit[]): PreparedBatch {
  const begun = core.platform.now();
  const epoch = state.isUnborn ? core.platform.randomId() : state.view.epoch;
  const batch = new PreparedBatch(new StagedView(state.view), epoch);
  const at = Math.max(state.lastAt, begun);
  for (const unit of units) {
    try {
      if (unit.type === "command") prepareCommand(core, batch, unit, at);
      else preparePublish(core, batch, unit, at);
    } catch (thrown) {
      const message = "The server failed to decide this; nothing was stored";
      batch.refuse(unit, SessionStreamError.from(thrown, "internal", message));
    }
  }
  const tookMs = core.platform.now() - begun;
  if (tookMs > SLOW_MS) reportSlow(core, batch, units, tookMs);
  return batch;
}

function prepareCommand(core: HubCore, batch: PreparedBatch, unit: CommandUnit, at: number): void {
  const decision = decide(core, batch, unit);
  if (decision.type === "reject") {
    const { code, message, reason } = decision;
    batch.refuse(unit, new SessionStreamError(code, message, reason === undefined ? {} : { reason }));
    return;
  }
  const events = decision.events.length === 0 ? [] : acceptEvents(core, decision.events);
  if (!stageUnit(core, batch, unit, events, at)) return;
  unit.decision = decision;
  batch.command = unit;
}

function decide(core: HubCore, { staged }: PreparedBatch, unit: CommandUnit): Decision {
  const { id, payload, principal, command } = unit;
  const mintId = (n: number) => nthId(unit.mintedIds, n, () => core.platform.randomId());
  const request = { id, payload, principal, session: staged.session, now: core.platform.now(), mintId };
  const decision = atOnce(command.decide(request, staged), `Command "${command.name}"`);
  if (decision?.type === "accept" || decision?.type === "reject") return decision;
  throw new TypeError(`Command "${command.name}" must return accept(...) or reject(...), synchronously`);
}

function preparePublish(core: HubCore, batch: PreparedBatch, unit: PublishUnit, at: number): void {
  const otherLog = unit.epoch !== undefined && unit.epoch !== batch.epoch;
  if (otherLog || atOnce(unit.guard?.(batch.staged), "A guard") === false) {
    batch.stale.push(unit);
    return;
  }
  stageUnit(core, batch, unit, unit.events, at);
}

/** Assigns and projects a unit's events: all of them, or none and the unit is refused. */
function stageUnit(
  core: HubCore,
  batch: PreparedBatch,
  unit: Unit,
  events: readonly AcceptedEvent[],
  at: number,
): boolean {
  const { staged } = batch;
  const savepoint = staged.savepoint();
  const before = { events: batch.rows.length, failures: batch.failures.length };
  staged.epoch = batch.epoch;
  for (const [index, event] of events.entries()) {
    const error = stageEvent(core, batch, unit, event, index, at);
    if (error === null) continue;
    staged.rollback(savepoint);
    batch.rows.length = before.events;
    batch.events.length = before.events;
    batch.refuse(unit, error, batch.failures.splice(before.failures));
    return false;
  }
  batch.units.push({ unit, ordinal: staged.ordinal, events: events.length });
  return true;
}

function stageEvent(
  core: HubCore,
  batch: PreparedBatch,
  unit: Unit,
  { type, payload, text }: AcceptedEvent,
  index: number,
  at: number,
): SessionStreamError | null {
  const { staged } = batch;
  const { kinds, payloads } = core.registry;
  const ordinal = staged.ordinal + 1n;
  if (ordinal > ORDINAL_MAX) return new SessionStreamError("ordinal_exhausted", "This session's log is full");
  const id = nthId(unit.eventIds, index, () => core.platform.randomId());
  const commandId = unit.type === "command" ? unit.id : undefined;
  const event: SessionEvent = { type, name: type.name, id, ordinal, at, payload, commandId };
  const { skippedBy, failures, refused } = runProjections(
    core.registry,
    { staged, kinds, payloads, limits: core.limits },
    event,
  );
  if (refused !== null) return refused;
  batch.failures.push(...failures);
  const [failure] = failures;
  if (failure !== undefined && core.projectionErrors === "reject") {
    const message = `Projection ${failure.projection.stamp} failed on ${type.name}; nothing was stored`;
    return new SessionStreamError("projection_failed", message, { cause: failure.error });
  }
  batch.rows.push({
    ordinal,
    id,
    at,
    name: type.name,
    payload: text,
    ...(commandId === undefined ? {} : { commandId }),
    ...(skippedBy.length === 0 ? {} : { skippedBy }),
  });
  batch.events.push({ type, name: type.name, ordinal, payload: text });
  return null;
}

function reportSlow(core: HubCore, { staged }: PreparedBatch, units: readonly Unit[], ms: number): void {
  const message = `It took ${ms} ms to decide and project, and nobody was served meanwhile: move what is slow into an effect.`;
  const names = units.flatMap((unit) =>
    unit.type === "command" ? [unit.command.name] : unit.events.map(({ type }) => type.name),
  );
  core.errors.report({
    kind: "projection",
    error: new SessionStreamError("timeout", message),
    subject: [...new Set(names)].join(", "),
    session: staged.session,
    ordinal: staged.ordinal,
  });
}
