/**
 * Owns which waiting units go into one commit: first in first out, cut before a second command, before a second fence,
 * before a task that wants the lane to itself, and at the size limit. A unit is never split.
 */
import type { Unit } from "./unit.ts";

/** Work that takes its turn in the lane, alone: it may replace what the lane holds. */
export interface LaneTask {
  readonly type: "task";
  run(): Promise<void>;
  /** The lane cannot run it. */
  refuse(error: unknown): void;
}

export type LaneWork = Unit | LaneTask;

/** Takes the next batch off the queue. Empty when a task is next, or nothing. */
export function takeBatch(queue: LaneWork[], maxEvents: number): Unit[] {
  const batch: Unit[] = [];
  let commands = 0;
  let events = 0;
  let fence: bigint | undefined;
  for (const work of queue) {
    if (work.type === "task") break;
    if (work.type === "command") {
      if (commands === 1) break;
      commands += 1;
    } else {
      if (fence !== undefined && work.fence !== undefined && work.fence !== fence) break;
      events += work.events.length;
      if (events > maxEvents && batch.length > 0) break;
      fence ??= work.fence;
    }
    batch.push(work);
  }
  queue.splice(0, batch.length);
  return batch;
}
