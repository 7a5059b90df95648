/**
 * Owns what an app decides about its hub, and the defaults. `authorize` has none: nobody gets in by omission (L13).
 */
import type { Principal } from "../command/define-command.ts";
import type { Doorbell } from "../doorbell/contract.ts";
import { DEFAULT_FAN_OUT_LIMITS, type FanOutLimits } from "../fan-out/fan-out-limits.ts";
import type { HubPlatform } from "../platform/hub-platform.ts";
import type { MessageStorageAdapter } from "../storage/contract.ts";
import type { ErrorRecord, ErrorRecordStorage } from "./error-records.ts";
import type { Failpoint } from "./failpoint.ts";
import type { HubModule } from "./hub-module.ts";
import type { PipelineRecord } from "./pipeline-record.ts";
import type { RevocationChannel } from "./revocation.ts";

/** `create`: write to a session that has no log yet. Of one that is not in memory `write` is asked first, then `create`. */
export type Action = "create" | "read" | "write" | "remove";

export interface AuthorizeRequest {
  readonly principal: Principal;
  readonly action: Action;
  /** Within the principal's tenant. */
  readonly session: string;
  /** Name of the command, for `create` and `write`. */
  readonly command: string | undefined;
}

export type Authorize = (request: AuthorizeRequest) => boolean | Promise<boolean>;

/**
 * When entities are stored beside the log, which is always stored: with a commit that settles an entity (open → not
 * open), every `everyEvents` events, after `idleMs` without a commit, at eviction and drain. `"always"`: every commit.
 */
export type CheckpointPolicy = "always" | { readonly everyEvents: number; readonly idleMs: number };

export interface HubLimits {
  /** One event's or command's payload, bytes of stored text. */
  readonly maxEventBytes: number;
  /** One entity's payload, bytes of stored text. Must stay below the largest frame. */
  readonly maxEntityBytes: number;
  /** Beyond these a session creates no more entities (`session_full`); changes of existing ones go on. */
  readonly maxSessionEntities: number;
  readonly maxSessionBytes: number;
  /** Of one principal; spread over the day, once as many were created at once. */
  readonly maxNewSessionsPerDay: number;
  /** Events of one group commit. */
  readonly maxBatchEvents: number;
  /** Attempts of one unit, over conflicts, before its caller is told `busy`. Effects are not: they go on. */
  readonly maxAttempts: number;
  /** Commits of unknown outcome in a row before the callers are told so. */
  readonly maxStorageFailures: number;
  /** Sessions without use for this long leave memory. */
  readonly evictAfterMs: number;
  /** Beyond this the least recently used sessions leave memory. */
  readonly maxMemoryBytes: number;
  /** How often due effects are asked for and sessions evicted. */
  readonly sweepMs: number;
  /** `authorize` is asked again about every live subscription at least this often. */
  readonly reauthorizeMs: number;
  /** How long `close` waits for aborted effects. */
  readonly closeGraceMs: number;
  /** Shared storage: work whose process does not say for this long that it lives may be taken over. */
  readonly leaseMs: number;
  /** Shared storage: how often work that was left behind is looked for, ± 20 %. */
  readonly leaseSweepMs: number;
  /** Shared storage: how late, ± 20 %, another hub's commit is noticed when no doorbell told of it. */
  readonly healMs: number;
  /** A doorbell that went silent is noticed within two of these. */
  readonly probeMs: number;
  readonly fanOut: FanOutLimits;
}

export const DEFAULT_HUB_LIMITS: HubLimits = {
  maxEventBytes: 64 * 1024,
  maxEntityBytes: 192 * 1024,
  maxSessionEntities: 20_000,
  maxSessionBytes: 64 * 1024 * 1024,
  maxNewSessionsPerDay: 1_000,
  maxBatchEvents: 512,
  maxAttempts: 16,
  maxStorageFailures: 5,
  evictAfterMs: 5 * 60_000,
  maxMemoryBytes: 512 * 1024 * 1024,
  sweepMs: 5_000,
  reauthorizeMs: 60_000,
  closeGraceMs: 2_000,
  leaseMs: 30_000,
  leaseSweepMs: 10_000,
  healMs: 5_000,
  probeMs: 15_000,
  fanOut: DEFAULT_FAN_OUT_LIMITS,
};

export const DEFAULT_CHECKPOINT_POLICY: CheckpointPolicy = { everyEvents: 500, idleMs: 1_000 };

export interface HubOptions {
  readonly storage: MessageStorageAdapter;
  readonly modules: readonly HubModule[];
  readonly authorize: Authorize;
  /** Default: `nodePlatform()`. */
  readonly platform?: HubPlatform;
  readonly limits?: Partial<Omit<HubLimits, "fanOut">> & { readonly fanOut?: Partial<FanOutLimits> };
  readonly checkpoint?: CheckpointPolicy;
  /**
   * What a projection's throw means for the event. `skip` (default): it is stored without that projection's entities,
   * and says so; a fix needs a new version of the projection. `reject`: the unit is not stored.
   */
  readonly projectionErrors?: "skip" | "reject";
  /** How hubs on one shared storage hear of each other soon. Without it they poll (`limits.healMs`). */
  readonly doorbell?: Doorbell;
  /** How other processes hear of `revoke`. Default: the doorbell, else when they ask `authorize` again. */
  readonly revocations?: RevocationChannel;
  /** Default: the newest 1,000 in memory. */
  readonly errorRecords?: ErrorRecordStorage;
  readonly onError?: (record: ErrorRecord) => void;
  /** One frozen record per commit. A throw is recorded and harms nothing. */
  readonly onPipeline?: (record: PipelineRecord) => void;
  /** Where tests stop or kill the process. */
  readonly failpoint?: Failpoint;
}
