import type { HubPlatform } from "../platform/hub-platform.ts";
import type { AudienceLens } from "./audience-lens.ts";
import type { CommitFrames } from "./commit-frames.ts";
import type { FanOutLimits } from "./fan-out-limits.ts";
import type { LaneReader } from "./lane-reader.ts";
import type { AttachRequest, EncodedFrame, Subscription } from "./subscriber.ts";

/** What a live subscription is made of. */
export interface SubscriberContext {
  readonly request: AttachRequest;
  readonly reader: LaneReader;
  readonly lens: AudienceLens;
  readonly limits: FanOutLimits;
  readonly platform: HubPlatform;
  /** Counts the times the view was replaced: what was sent before the last one is void. */
  readonly generation: () => number;
  readonly report: (error: unknown, subject: string) => void;
  /** Called once, when nothing more will be sent. */
  readonly onEnd: () => void;
}

/** A subscription as its session drives it. */
export interface LiveSubscription extends Subscription {
  /** Sends what was captured when it was made; called in the same synchronous step. */
  start(): void;
  commit(frames: CommitFrames): void;
  ephemeral(frame: EncodedFrame): void;
  replaced(): void;
}
