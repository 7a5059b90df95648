/**
 * Owns the frames of one commit: each is encoded when the first subscriber needs it and shared by all of its audience.
 */
import { spliceTimeline, spliceUiEvent } from "@sessionstream/protocol/codec";
import type { Audience } from "../projection/define-entity-kind.ts";
import type { AudienceLens } from "./audience-lens.ts";
import type { CommittedChange } from "./committed-change.ts";
import { encodeFrame } from "./encoded-frame.ts";
import type { EncodedFrame } from "./subscriber.ts";

export interface CommitFrames {
  readonly change: CommittedChange;
  /** `null`: larger than a frame may be, so it goes out as a delta. */
  timeline(audience: Audience): EncodedFrame | null;
  /** What reference peers get: the public events, one frame each. */
  uiEvents(): readonly EncodedFrame[];
}

export function createCommitFrames(
  change: CommittedChange,
  context: {
    readonly sessionId: string;
    readonly maxFrameBytes: number;
    readonly lens: (audience: Audience) => AudienceLens;
  },
): CommitFrames {
  const { sessionId, maxFrameBytes, lens: lensOf } = context;
  const timelines = new Map<Audience, EncodedFrame | null>();
  let uiEvents: readonly EncodedFrame[] | undefined;

  function encodeTimeline(audience: Audience): EncodedFrame | null {
    const lens = lensOf(audience);
    const changes = change.deltas.map((delta) => lens.change(delta, change.ordinal)).filter((text) => text !== null);
    const frame = encodeFrame(spliceTimeline({ sessionId, ...change }, changes), sessionId);
    return frame.bytes.length > maxFrameBytes ? null : frame;
  }

  return {
    change,
    timeline(audience) {
      const known = timelines.get(audience);
      if (known !== undefined) return known;
      const frame = encodeTimeline(audience);
      timelines.set(audience, frame);
      return frame;
    },
    uiEvents() {
      uiEvents ??= change.events
        .filter((event) => event.type?.visibility === "public")
        .map(({ ordinal, name, payload }) => encodeFrame(spliceUiEvent(sessionId, ordinal, name, payload), sessionId));
      return uiEvents;
    },
  };
}
