/** The composition root: the only file that knows every stage. Wiring, no logic. */
import { createSessionFanOut } from "../fan-out/session-fan-out.ts";
import { createRateLimiter } from "../limits/rate-limiter.ts";
import type { Rate } from "../limits/token-bucket.ts";
import { nodePlatform } from "../platform/node-platform.ts";
import { requireDecision } from "../platform/require-decision.ts";
import { checkHubLimits } from "./check-limits.ts";
import type { CreateFanOut, HubCore } from "./core.ts";
import { ErrorLog } from "./error-log.ts";
import type { Hub } from "./hub.ts";
import { DEFAULT_CHECKPOINT_POLICY, DEFAULT_HUB_LIMITS, type HubOptions } from "./hub-options.ts";
import { createHubRegistry } from "./hub-registry.ts";
import { memoryErrorRecords } from "./memory-error-records.ts";
import { SessionHub } from "./session-hub.ts";
import { shareStorage } from "./sharing.ts";

/** @throws SessionStreamError `invalid_options` */
export function createHub(options: HubOptions): Hub {
  return composeHub(options, (core) => (reader) => {
    const { platform, registry, limits, errors } = core;
    return createSessionFanOut(reader, {
      platform,
      registry: registry.payloads,
      kinds: registry.kinds,
      limits: limits.fanOut,
      report: (error, subject) => void errors.report({ kind: "fan-out", error, subject, session: reader.session }),
    });
  });
}

/** With another fan-out: for tests of the pipeline alone. */
export function composeHub(options: HubOptions, fanOutOf: (core: Omit<HubCore, "createFanOut">) => CreateFanOut): Hub {
  requireDecision(
    "createHub",
    "authorize",
    options.authorize,
    "say who may do what, for example ({ principal, session }) => mayUse(principal, session)",
  );
  const { platform = nodePlatform(), errorRecords = memoryErrorRecords() } = options;
  const limits = {
    ...DEFAULT_HUB_LIMITS,
    ...options.limits,
    fanOut: { ...DEFAULT_HUB_LIMITS.fanOut, ...options.limits?.fanOut },
  };
  checkHubLimits(limits);
  const errors = new ErrorLog({ platform, storage: errorRecords, observer: options.onError });
  const sharing = shareStorage(options, { platform, errors, limits });
  const core = {
    phase: { current: "open" as const },
    platform,
    storage: options.storage,
    sharing,
    registry: createHubRegistry(options.modules),
    limits,
    newSessions: createRateLimiter(perDay(limits.maxNewSessionsPerDay), platform.now),
    checkpoint: options.checkpoint ?? DEFAULT_CHECKPOINT_POLICY,
    projectionErrors: options.projectionErrors ?? "skip",
    authorize: options.authorize,
    revocations: options.revocations ?? sharing?.bell ?? undefined,
    errors,
    onPipeline: options.onPipeline,
    failpoint: options.failpoint ?? (() => undefined),
  };
  return new SessionHub({ ...core, createFanOut: fanOutOf(core) });
}

function perDay(count: number): Rate {
  return { perSecond: count / 86_400, burst: count };
}
