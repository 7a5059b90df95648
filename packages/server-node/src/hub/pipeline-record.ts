/**
 * Owns what an observer of the pipeline is shown of one commit: names, ids and texts, copied, never the hub's objects.
 */

import type { CommittedChange } from "../fan-out/committed-change.ts";
import type { SessionKey, StoredEvent } from "../storage/contract.ts";

export interface PipelineUnit {
  readonly type: "command" | "publish";
  /** Of the command. */
  readonly name: string | undefined;
  readonly commandId: string | undefined;
  readonly events: number;
  /** Attempts it took. */
  readonly attempts: number;
}

export interface PipelineEvent {
  readonly ordinal: bigint;
  readonly id: string;
  readonly at: number;
  readonly name: string;
  readonly payload: string;
  readonly skippedBy: readonly string[];
}

export interface PipelineChange {
  readonly op: "put" | "remove";
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  /** Of a removed entity: its last one. */
  readonly lastEventOrdinal: bigint;
}

export interface PipelineRecord {
  /** `live`: a commit of this hub. `caught-up`: another process's commits. `rebuild`: entities derived anew. */
  readonly mode: "live" | "caught-up" | "rebuild";
  readonly session: SessionKey;
  readonly epoch: string;
  readonly view: string;
  /** Covers `(prevOrdinal, ordinal]`. */
  readonly prevOrdinal: bigint;
  readonly ordinal: bigint;
  readonly units: readonly PipelineUnit[];
  readonly events: readonly PipelineEvent[];
  readonly changes: readonly PipelineChange[];
  /** Entities were stored in the same commit. */
  readonly checkpoint: boolean;
  /** Live subscriptions the change was handed to. A rebuild hands out nothing. */
  readonly subscribers: number;
  /** Effects that were started, by name. */
  readonly effects: readonly string[];
}

export function pipelineEvent(event: StoredEvent): PipelineEvent {
  const { ordinal, id, at, name, payload, skippedBy = [] } = event;
  return Object.freeze({ ordinal, id, at, name, payload, skippedBy: Object.freeze([...skippedBy]) });
}

export function pipelineChanges(deltas: CommittedChange["deltas"]): readonly PipelineChange[] {
  const changes = deltas.flatMap(({ before, after }): PipelineChange[] => {
    const record = after ?? before;
    if (record === undefined) return [];
    const { id, createdOrdinal, lastEventOrdinal } = record;
    const op = after === undefined ? "remove" : "put";
    return [Object.freeze({ op, kind: record.kind.kind, id, createdOrdinal, lastEventOrdinal })];
  });
  return Object.freeze(changes);
}
