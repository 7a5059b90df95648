/**
 * Owns the look-up of a command id, before each decision, and the answer when it is known (L9). Also the second look at
 * `authorize`: a permission to create is none to write to what somebody else created meanwhile.
 */
import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { StoredCommand } from "../storage/contract.ts";
import { authorize } from "./authorize.ts";
import { type CaughtUp, catchUp } from "./catch-up.ts";
import type { LaneContext } from "./lane-context.ts";
import type { CommandUnit } from "./unit.ts";
import { keyReusedError, storageError } from "./unit-errors.ts";

/**
 * - `admitted`: it is to be decided.
 * - `known`: its outcome is stored, and the lane has followed the log up to there. What else of the batch it is decided
 *   with has turned up on the way must not be stored again.
 * - `refused`: it has been answered.
 */
export type Admission =
  | { readonly type: "admitted" }
  | { readonly type: "known"; readonly command: StoredCommand; readonly caughtUp: CaughtUp }
  | { readonly type: "refused" };

/** @throws when a command that may be in the log cannot be looked up: no answer would be true. */
export async function admitCommand(lane: LaneContext, unit: CommandUnit): Promise<Admission> {
  try {
    await authorizeAgain(lane, unit);
    const command = await lookUp(lane, unit);
    return command === null ? { type: "admitted" } : { type: "known", command, caughtUp: await catchUp(lane) };
  } catch (error) {
    if (unit.outcomeUnknown) throw error;
    unit.answer.reject(error instanceof SessionStreamError ? error : storageError(error));
    return { type: "refused" };
  }
}

/** Discloses nothing to whom the id does not belong. */
export function answerKnown(lane: LaneContext, unit: CommandUnit, known: StoredCommand): void {
  if (known.scope !== unit.principal.id || known.fingerprint !== unit.fingerprint) {
    unit.answer.reject(keyReusedError());
    return;
  }
  const { epoch, ordinal } = lane.state.view;
  // CAST: the hub stored it, as JSON of a JsonObject.
  const outcome = JSON.parse(known.outcome) as JsonObject;
  unit.answer.resolve({ epoch, ordinal, outcome, repeated: true });
}

async function lookUp({ core, session }: LaneContext, unit: CommandUnit): Promise<StoredCommand | null> {
  try {
    return await core.storage.command(session, unit.id);
  } catch (error) {
    core.errors.report({ kind: "storage", error, subject: "command look-up", session });
    throw storageError(error);
  }
}

async function authorizeAgain(lane: LaneContext, unit: CommandUnit): Promise<void> {
  const action = lane.state.isUnborn ? "create" : "write";
  if (unit.granted === action) return;
  const { principal, command } = unit;
  await authorize(lane.core, { principal, action, session: lane.session.session, command: command.name });
  unit.granted = action;
}
