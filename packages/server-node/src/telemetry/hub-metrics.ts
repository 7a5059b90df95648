/** Owns the instruments: what is counted and measured of a hub, by the names a dashboard uses. */
import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import type { HubStats } from "../hub/hub.ts";

export type HubMetrics = ReturnType<typeof hubMetrics>;

export function hubMetrics(meter: Meter) {
  return {
    commits: meter.createCounter("sessionstream.commits", {
      unit: "{commit}",
      description: "Commits by mode: live, caught-up (another process's), rebuild.",
    }),
    events: meter.createCounter("sessionstream.events", { unit: "{event}", description: "Events of live commits." }),
    conflicts: meter.createCounter("sessionstream.commit.conflicts", {
      unit: "{conflict}",
      description: "Commits that found another writer's head.",
    }),
    storage: meter.createHistogram("db.client.operation.duration", {
      unit: "s",
      description: "Calls of the storage.",
      advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
    }),
    commands: meter.createHistogram("messaging.process.duration", {
      unit: "s",
      description: "Commands, from submit to acknowledgement.",
      advice: { explicitBucketBoundaries: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
    }),
    errors: meter.createCounter("sessionstream.errors", {
      unit: "{error}",
      description: "Error records, by kind and code.",
    }),
    snapshots: meter.createCounter("sessionstream.subscriptions.started", {
      unit: "{subscription}",
      description: "Subscriptions, by whether they brought a cursor: those that did may resync.",
    }),
    lag: meter.createHistogram("sessionstream.catch_up.events", {
      unit: "{event}",
      description: "How far behind another process's commits this one was when it caught up.",
    }),
  };
}

/** What a hub says of itself when it is asked. @returns stops asking. */
export function observeStats(meter: Meter, stats: () => HubStats): () => void {
  const sessions = meter.createObservableUpDownCounter("sessionstream.sessions", { unit: "{session}" });
  const subscribers = meter.createObservableUpDownCounter("sessionstream.subscribers", { unit: "{subscriber}" });
  const effects = meter.createObservableUpDownCounter("sessionstream.effects.running", { unit: "{effect}" });
  const deaf = meter.createObservableGauge("sessionstream.bus.degraded", {
    unit: "1",
    description: "1: the doorbell is not heard, commits of others are found by polling.",
  });
  const observed = [sessions, subscribers, effects, deaf];
  const observe: BatchObservableCallback = (result) => {
    const now = stats();
    result.observe(sessions, now.sessions);
    result.observe(subscribers, now.subscribers);
    result.observe(effects, now.effects);
    result.observe(deaf, now.doorbell === "deaf" ? 1 : 0);
  };
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}
