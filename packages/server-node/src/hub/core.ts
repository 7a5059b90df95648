/**
 * Owns nothing: names what every lane of a hub shares, so that the stages take one argument for their surroundings.
 */

import type { LaneReader, SessionFanOut } from "../fan-out/lane-reader.ts";
import type { AttachRequest, Subscription } from "../fan-out/subscriber.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { HubPlatform } from "../platform/hub-platform.ts";
import type { MessageStorageAdapter } from "../storage/contract.ts";
import type { ErrorLog } from "./error-log.ts";
import type { Failpoint } from "./failpoint.ts";
import type { Authorize, CheckpointPolicy, HubLimits } from "./hub-options.ts";
import type { HubRegistry } from "./hub-registry.ts";
import type { PipelineRecord } from "./pipeline-record.ts";
import type { RevocationChannel } from "./revocation.ts";
import type { Sharing } from "./sharing.ts";

export type LaneFanOut = SessionFanOut & { attach(request: AttachRequest): Promise<Subscription> };
export type CreateFanOut = (reader: LaneReader) => LaneFanOut;

/** One way: open → draining → closed. */
type HubPhase = "open" | "draining" | "closed";

export interface HubCore {
  /** Where the hub is in its life; the hub alone moves it. */
  readonly phase: { current: HubPhase };
  readonly platform: HubPlatform;
  readonly storage: MessageStorageAdapter;
  /** `null`: this process is alone. */
  readonly sharing: Sharing | null;
  readonly registry: HubRegistry;
  readonly limits: HubLimits;
  readonly newSessions: RateLimiter;
  readonly checkpoint: CheckpointPolicy;
  readonly projectionErrors: "skip" | "reject";
  readonly authorize: Authorize;
  readonly revocations: RevocationChannel | undefined;
  readonly errors: ErrorLog;
  readonly onPipeline: ((record: PipelineRecord) => void) | undefined;
  readonly failpoint: Failpoint;
  readonly createFanOut: CreateFanOut;
}
