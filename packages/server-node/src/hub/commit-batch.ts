/**
 * Owns a batch's way from step 1's look-up to its answer: the attempts, and what each outcome of a commit means for the
 * units. Every unit that comes in is answered here, once.
 */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { CommitResult, SessionCommit, StoredCommand } from "../storage/contract.ts";
import { admitCommand, answerKnown } from "./admit-command.ts";
import { type CaughtUp, catchUp, followHead } from "./catch-up.ts";
import { finishBatch } from "./finish-batch.ts";
import type { LaneContext } from "./lane-context.ts";
import { makeCommit } from "./make-commit.ts";
import { type PreparedBatch, prepareBatch } from "./prepare-batch.ts";
import { reportFailures } from "./replay.ts";
import type { CommandUnit, Unit } from "./unit.ts";
import { conflictError, exhaustedError, outcomeUnknownError, storageError } from "./unit-errors.ts";

/** @returns whether the storage answers: `down` when all attempts failed, so that what waits would fare no better. */
export async function commitBatch(lane: LaneContext, batch: readonly Unit[]): Promise<"up" | "down"> {
  const { maxStorageFailures } = lane.core.limits;
  let units = batch;
  let failures = 0;
  while (units.length > 0) {
    try {
      units = await admit(lane, units);
      const prepared = prepareBatch(lane.core, lane.state, units);
      lane.core.failpoint("decided");
      const outcome = prepared.units.length === 0 ? NOTHING_TO_COMMIT : await attempt(lane, prepared);
      if (outcome.status === "committed") {
        // What is stored or answered is not tried again, should the look-up before the last answers fail.
        units = prepared.refused.flatMap(({ unit }) => (unit.type === "command" ? [unit] : []));
        await answerUncommitted(lane, prepared);
        return "up";
      }
      // What was refused may have been so because of units that are not stored now: all are decided again.
      if (outcome.status === "unknown") failures += 1;
      units = await afterFailure(lane, units, prepared, outcome, failures);
    } catch (error) {
      // Reading failed: what these units would be decided on is not to be had.
      failures += 1;
      lane.core.errors.report({ kind: "storage", error, subject: "read", session: lane.session });
      if (!units.some((unit) => unit.outcomeUnknown) || failures >= maxStorageFailures) {
        giveUp(lane, units, error);
        break;
      }
      await pause(lane, failures);
    }
  }
  return failures >= maxStorageFailures ? "down" : "up";
}

type Outcome = CommitResult | { readonly status: "unknown"; readonly error: unknown };

const NOTHING_TO_COMMIT: Outcome = { status: "committed" };

async function attempt(lane: LaneContext, prepared: PreparedBatch): Promise<Outcome> {
  const commit: SessionCommit = makeCommit(lane.core, lane.state, prepared);
  let result: CommitResult;
  lane.core.failpoint("before-commit");
  try {
    result = await lane.core.storage.commit(commit);
  } catch (error) {
    lane.doubt(commit.expect);
    return { status: "unknown", error };
  }
  if (result.status === "committed") finish(lane, prepared, commit);
  return result;
}

/** What is stored must not be tried again, whatever goes wrong in here. */
function finish(lane: LaneContext, prepared: PreparedBatch, commit: SessionCommit): void {
  try {
    finishBatch(lane, prepared, commit);
  } catch (error) {
    lane.core.errors.report({ kind: "storage", error, subject: "after commit", session: lane.session });
    markUnknown(prepared);
    const units = prepared.units.map(({ unit }) => unit);
    giveUp(lane, units, error);
  }
}

/** @returns the units to try again. */
async function afterFailure(
  lane: LaneContext,
  units: readonly Unit[],
  prepared: PreparedBatch,
  outcome: Exclude<Outcome, { status: "committed" }>,
  failures: number,
): Promise<readonly Unit[]> {
  switch (outcome.status) {
    case "conflict": {
      for (const unit of units) unit.attempts += 1;
      const rest = settleLanded(lane, units, await followHead(lane, outcome.head));
      return refuseExhausted(lane, rest);
    }
    case "duplicate":
      return settleKnown(lane, units, outcome.command, await catchUp(lane));
    case "fenced":
      // An earlier attempt may have come in time. What has not landed by now never will: its token is over.
      return answerFenced(settleLanded(lane, units, await catchUp(lane)));
    case "unknown": {
      lane.core.errors.report({ kind: "storage", error: outcome.error, subject: "commit", session: lane.session });
      reportFailures(lane.core, lane.session, prepared.failures, "live");
      markUnknown(prepared);
      return afterUnknown(lane, units, outcome.error, failures);
    }
  }
}

/** The commit may be in the log or may still arrive there. Trying it again is safe: both expect the same revision. */
async function afterUnknown(
  lane: LaneContext,
  units: readonly Unit[],
  error: unknown,
  failures: number,
): Promise<readonly Unit[]> {
  const { core, session } = lane;
  let rest = units;
  try {
    rest = settleLanded(lane, units, await catchUp(lane));
  } catch (readError) {
    core.errors.report({ kind: "storage", error: readError, subject: "outcome check", session });
  }
  if (failures >= core.limits.maxStorageFailures) {
    giveUp(lane, rest, error);
    return [];
  }
  if (rest.length > 0) await pause(lane, failures);
  return rest;
}

function markUnknown(prepared: PreparedBatch): void {
  for (const { unit } of prepared.units) unit.outcomeUnknown = true;
}

/** Answers the command that is stored, and what was stored with it. @returns the others. */
function settleKnown(
  lane: LaneContext,
  units: readonly Unit[],
  command: StoredCommand,
  caughtUp: CaughtUp,
): readonly Unit[] {
  return settleLanded(lane, units, caughtUp).filter((unit) => {
    if (unit.type === "publish" || unit.id !== command.id) return true;
    answerKnown(lane, unit, command);
    return false;
  });
}

/** Answers the units whose commit, of unknown outcome so far, turned up in the log. @returns the others. */
function settleLanded(lane: LaneContext, units: readonly Unit[], caughtUp: CaughtUp): readonly Unit[] {
  if (caughtUp.type === "followed") return units.filter((unit) => !answerLanded(lane, unit, caughtUp.landed));
  const mayRetry = (unit: Unit) => {
    // In the same log a command's outcome can be looked up again; a publish has nothing to look up.
    if (caughtUp.type === "reloaded") return unit.type === "command" || !unit.outcomeUnknown;
    // Bound to the old log: tried again, it will be stale.
    return unit.type === "publish" && unit.epoch !== undefined && !unit.outcomeUnknown;
  };
  for (const unit of units) {
    if (!mayRetry(unit)) unit.answer.reject(unit.outcomeUnknown ? outcomeUnknownError(undefined) : conflictError());
  }
  return units.filter(mayRetry);
}

function answerLanded(lane: LaneContext, unit: Unit, landed: ReadonlyMap<string, bigint>): boolean {
  const ordinals = unit.eventIds.flatMap((id) => landed.get(id) ?? []);
  const ordinal = ordinals.at(-1);
  if (ordinal === undefined) return false;
  const { epoch } = lane.state.view;
  lane.core.sharing?.bell?.ringHead(lane.session, epoch, lane.state.view.ordinal);
  if (unit.type === "publish") {
    unit.answer.resolve({ status: "committed", epoch, ordinal });
    lane.due.start();
    return true;
  }
  const { outcome = {}, effects = [] } = unit.decision ?? {};
  unit.answer.resolve({ epoch, ordinal: lane.state.view.ordinal, outcome, repeated: false });
  lane.effects.start(effects);
  lane.due.start();
  return true;
}

async function admit(lane: LaneContext, units: readonly Unit[]): Promise<readonly Unit[]> {
  let rest = units;
  for (const unit of units) {
    if (unit.type === "publish" || !rest.includes(unit)) continue;
    const admission = await admitCommand(lane, unit);
    if (admission.type === "known") rest = settleKnown(lane, rest, admission.command, admission.caughtUp);
    else if (admission.type === "refused") rest = rest.filter((other) => other !== unit);
  }
  return rest;
}

async function answerUncommitted(lane: LaneContext, { stale, refused }: PreparedBatch): Promise<void> {
  for (const unit of stale) unit.answer.resolve({ status: "stale" });
  for (const { unit, error, failures } of refused) {
    reportFailures(lane.core, lane.session, failures, "live");
    if (unit.type === "publish") unit.answer.reject(error);
  }
  for (const { unit, error } of refused) if (unit.type === "command") await answerRefused(lane, unit, error);
}

/** Another process may have accepted the command meanwhile: then that is its outcome. */
async function answerRefused(lane: LaneContext, unit: CommandUnit, error: SessionStreamError): Promise<void> {
  const admission = await admitCommand(lane, unit);
  if (admission.type === "admitted") unit.answer.reject(error);
  else if (admission.type === "known") answerKnown(lane, unit, admission.command);
}

/** @returns the others. */
function answerFenced(units: readonly Unit[]): readonly Unit[] {
  return units.filter((unit) => {
    if (unit.type === "command" || unit.fence === undefined) return true;
    unit.answer.resolve({ status: "fenced" });
    return false;
  });
}

/** Whoever asked may ask again. Nobody asks again for an effect: it goes on until it lands, is stale or is fenced. */
function refuseExhausted(lane: LaneContext, units: readonly Unit[]): readonly Unit[] {
  const { maxAttempts } = lane.core.limits;
  const isOfEffect = (unit: Unit) => unit.type === "publish" && unit.epoch !== undefined;
  return units.filter((unit) => {
    if (unit.attempts < maxAttempts || isOfEffect(unit)) return true;
    unit.answer.reject(unit.outcomeUnknown ? outcomeUnknownError(undefined) : exhaustedError());
    return false;
  });
}

function giveUp(lane: LaneContext, units: readonly Unit[], error: unknown): void {
  for (const unit of units) unit.answer.reject(unit.outcomeUnknown ? outcomeUnknownError(error) : storageError(error));
  lane.distrust();
}

function pause({ core }: LaneContext, failures: number): Promise<void> {
  const delayMs = Math.min(50 * 2 ** (failures - 1), 1_000);
  return new Promise((resolve) => void core.platform.setTimer(delayMs, resolve));
}
