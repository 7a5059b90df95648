/** A lane, its fan-out and subscribers: the scene of most tests here. */
import type { Cursor, ServerFrameJson, SnapshotFrameJson } from "@sessionstream/protocol";
import { put } from "../../projection/define-projection.ts";
import { type ManualPlatform, manualPlatform } from "../../testing/manual-platform.ts";
import { DEFAULT_FAN_OUT_LIMITS, type FanOutLimits } from "../fan-out-limits.ts";
import { type AttachableFanOut, createSessionFanOut } from "../session-fan-out.ts";
import type { AttachRequest, SubscriberSink, Subscription } from "../subscriber.ts";
import { note, sampleKinds, sampleRegistry } from "./sample-kinds.ts";
import { type ScriptedEvent, ScriptedLane } from "./scripted-lane.ts";
import { ScriptedSink } from "./scripted-sink.ts";

export interface FanOutScene {
  readonly lane: ScriptedLane;
  readonly fanOut: AttachableFanOut;
  readonly platform: ManualPlatform;
  /** What was reported, as `subject: message`. */
  readonly reports: string[];
  attach(sink: SubscriberSink, request?: Partial<AttachRequest>): Promise<Subscription>;
  /** Attaches a subscriber that reads at once. */
  reader(request?: Partial<AttachRequest>): Promise<ScriptedSink>;
  cursor(): Cursor;
}

export function fanOutScene(limits: Partial<FanOutLimits> = {}): FanOutScene {
  const lane = new ScriptedLane();
  const platform = manualPlatform();
  const reports: string[] = [];
  const fanOut = createSessionFanOut(lane, {
    platform,
    registry: sampleRegistry,
    kinds: sampleKinds,
    limits: { ...DEFAULT_FAN_OUT_LIMITS, ...limits },
    report: (error, subject) => reports.push(`${subject}: ${error instanceof Error ? error.message : String(error)}`),
  });
  lane.fanOut = fanOut;

  const attach: FanOutScene["attach"] = (sink, request = {}) =>
    fanOut.attach({
      session: lane.session,
      mode: "timeline",
      audience: "public",
      cursor: null,
      window: 0,
      from: 0n,
      requestId: "r-1",
      sinceSnapshotOrdinal: request.cursor?.ordinal ?? 0n,
      sink,
      ...request,
    });

  return {
    lane,
    fanOut,
    platform,
    reports,
    attach,
    async reader(request) {
      const sink = new ScriptedSink();
      await attach(sink, request);
      return sink;
    },
    cursor() {
      const { epoch, view, ordinal, tag } = lane.head();
      return { epoch, view, ordinal, tag };
    },
  };
}

/** An event that writes a note. */
export function say(id: string, text: string): ScriptedEvent {
  return { writes: [put(note, id, { text })] };
}

/** Names the frames by their arm; snapshots by their mode. */
export function arms(frames: readonly ServerFrameJson[]): string[] {
  return frames.map((frame) => frame.snapshot?.mode?.replace("SNAPSHOT_MODE_", "") ?? Object.keys(frame)[0] ?? "");
}

/** The entities of snapshots as `Kind/id`, with `-` before a tombstone and `?` after a key without payload. */
export function keys(...snapshots: readonly (SnapshotFrameJson | undefined)[]): string[] {
  return snapshots
    .flatMap((snapshot) => snapshot?.entities ?? [])
    .map((entity) => {
      const bare = entity.payload === undefined && entity.tombstone !== true;
      return `${entity.tombstone ? "-" : ""}${entity.kind}/${entity.id}${bare ? "?" : ""}`;
    });
}
