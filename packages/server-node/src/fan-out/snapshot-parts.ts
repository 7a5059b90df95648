/**
 * Owns cutting a planned snapshot into frames of bounded size, each encoded only when it is asked for.
 * Does not pace them: whoever pulls decides when the next one is made.
 */
import { type SnapshotHeader, spliceSnapshot } from "@sessionstream/protocol/codec";
import type { AudienceLens } from "./audience-lens.ts";
import { encodeFrame } from "./encoded-frame.ts";
import type { SnapshotPlan } from "./snapshot-plan.ts";
import type { EncodedFrame } from "./subscriber.ts";

export interface SnapshotAddress {
  readonly sessionId: string;
  readonly requestId: string;
}

/** Yields every part but the last and returns the last, so that the puller knows it without another pull. */
export function* snapshotParts(
  plan: SnapshotPlan,
  lens: AudienceLens,
  address: SnapshotAddress,
  maxFrameBytes: number,
): Generator<EncodedFrame, EncodedFrame, undefined> {
  const { head, mode } = plan;
  const { sessionId } = address;
  const header: Omit<SnapshotHeader, "part" | "lastPart"> = {
    ...address,
    ordinal: head.ordinal,
    epoch: head.epoch,
    view: head.view,
    tag: head.tag,
    mode,
    sinceOrdinal: plan.since,
    windowFloor: plan.floor,
    hasEarlier: plan.hasEarlier,
  };
  const room = maxFrameBytes - Buffer.byteLength(spliceSnapshot({ ...header, part: 0xffff_ffff, lastPart: true }, []));
  let part = 0;
  let size = 0;
  let texts: string[] = [];
  for (const text of entityTexts(plan, lens)) {
    const bytes = Buffer.byteLength(text) + 1;
    if (size + bytes > room && texts.length > 0) {
      yield encodeFrame(spliceSnapshot({ ...header, part, lastPart: false }, texts), sessionId);
      part += 1;
      size = 0;
      texts = [];
    }
    texts.push(text);
    size += bytes;
  }
  return encodeFrame(spliceSnapshot({ ...header, part, lastPart: true }, texts), sessionId);
}

/** Tombstones come first: what was removed and created again stays. */
function* entityTexts(plan: SnapshotPlan, lens: AudienceLens): Generator<string> {
  for (const removal of plan.removals) {
    const text = lens.tombstone(removal);
    if (text !== null) yield text;
  }
  for (const record of plan.records) {
    const settledBelowFloor = record.createdOrdinal < plan.floor && !record.open;
    const whole = settledBelowFloor && plan.mode === "DELTA" ? null : lens.entity(record);
    const text = whole ?? (plan.mode === "DELTA" ? lens.trace(record) : null);
    if (text !== null) yield text;
  }
}
