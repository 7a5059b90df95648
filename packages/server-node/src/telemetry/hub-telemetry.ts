/**
 * Owns how a hub is watched with OpenTelemetry: from outside, through its observers, its storage and its face. Nothing
 * in the hub knows of it, and a tracer that fails fails alone.
 */
import { type Meter, metrics as metricsApi, type Tracer, trace } from "@opentelemetry/api";
import type { ErrorRecord } from "../hub/error-records.ts";
import type { Hub, SubmitRequest } from "../hub/hub.ts";
import type { PipelineRecord } from "../hub/pipeline-record.ts";
import type { MessageStorageAdapter, SessionKey } from "../storage/contract.ts";
import type { TransportObserver } from "../transport/ws/transport-observer.ts";
import { hubMetrics, observeStats } from "./hub-metrics.ts";
import { ATTRIBUTE, ordinalText, SCOPE, sessionAttributes } from "./names.ts";
import { socketObserver } from "./socket-observer.ts";
import { tracedStorage } from "./traced-storage.ts";
import { CONSUMER, INTERNAL, PRODUCER, withSpan } from "./with-span.ts";

export interface TelemetryOptions {
  /** Default: of the globally registered provider. */
  readonly tracer?: Tracer;
  /** Default: of the globally registered provider. */
  readonly meter?: Meter;
  /** `db.system.name` of the storage, say `"postgresql"` or `"sqlite"`. Default `"other_sql"`. */
  readonly system?: string;
}

export interface HubTelemetry {
  /** Given to `createHub` in place of the storage. */
  storage<Storage extends MessageStorageAdapter>(storage: Storage): Storage;
  /** Given to `createHub`; call your own observers from yours. */
  readonly onPipeline: (record: PipelineRecord) => void;
  readonly onError: (record: ErrorRecord) => void;
  /** The `observer` of the WebSocket transport. */
  readonly onSocket: TransportObserver;
  /** What the transports are given in place of the hub. */
  hub(hub: Hub): Hub;
}

export function hubTelemetry(options: TelemetryOptions = {}): HubTelemetry {
  const { system = "other_sql" } = options;
  const tracer = options.tracer ?? trace.getTracer(SCOPE);
  const meter = options.meter ?? metricsApi.getMeter(SCOPE);
  const metrics = hubMetrics(meter);
  const now = () => performance.now();

  function submit(hub: Hub, request: SubmitRequest): ReturnType<Hub["submit"]> {
    const { principal, session, command, id } = request;
    const attributes = {
      ...messaging("submit", "process", { tenant: principal.tenant, session }),
      [ATTRIBUTE.command]: command,
      [ATTRIBUTE.commandId]: id,
    };
    const begun = now();
    const ended = () => metrics.commands.record((now() - begun) / 1000, { [ATTRIBUTE.command]: command });
    return withSpan(tracer, { name: `submit ${command}`, kind: CONSUMER, attributes }, async (span) => {
      const ack = await hub.submit(request);
      span.setAttributes({ [ATTRIBUTE.ordinal]: ordinalText(ack.ordinal), [ATTRIBUTE.repeated]: ack.repeated });
      return ack;
    }).finally(ended);
  }

  function publish(hub: Hub, ...[session, events, how]: Parameters<Hub["publish"]>): ReturnType<Hub["publish"]> {
    const names = { [ATTRIBUTE.messages]: events.length };
    const attributes = { ...messaging("publish", "send", session), ...names };
    return withSpan(tracer, { name: "publish", kind: PRODUCER, attributes }, async (span) => {
      const result = await hub.publish(session, events, how);
      span.setAttribute(ATTRIBUTE.status, result.status);
      return result;
    });
  }

  function attach(hub: Hub, ...[principal, request]: Parameters<Hub["attach"]>): ReturnType<Hub["attach"]> {
    const resuming = request.cursor !== null;
    metrics.snapshots.add(1, { [ATTRIBUTE.mode]: request.mode, [ATTRIBUTE.resuming]: resuming });
    const attributes = { ...messaging("subscribe", "receive", request.session), [ATTRIBUTE.resuming]: resuming };
    return withSpan(tracer, { name: "subscribe", kind: CONSUMER, attributes }, () => hub.attach(principal, request));
  }

  return {
    storage: (storage) => tracedStorage(storage, { tracer, metrics, system, now }),
    onPipeline(record) {
      const { mode, session, units, events, effects, ordinal, prevOrdinal } = record;
      metrics.commits.add(1, { [ATTRIBUTE.mode]: mode });
      if (mode === "live") metrics.events.add(events.length);
      if (mode === "caught-up") metrics.lag.record(Number(ordinal - prevOrdinal));
      const attributes = {
        ...sessionAttributes(session),
        [ATTRIBUTE.mode]: mode,
        [ATTRIBUTE.epoch]: record.epoch,
        [ATTRIBUTE.ordinal]: ordinalText(ordinal),
        [ATTRIBUTE.events]: events.length,
        [ATTRIBUTE.eventNames]: [...new Set(events.map(({ name }) => name))],
        [ATTRIBUTE.attempts]: Math.max(0, ...units.map(({ attempts }) => attempts)),
        [ATTRIBUTE.checkpoint]: record.checkpoint,
        [ATTRIBUTE.subscribers]: record.subscribers,
        [ATTRIBUTE.effects]: [...effects],
      };
      const span = tracer.startSpan(`commit ${mode}`, { kind: INTERNAL, attributes });
      for (const { name, commandId, type } of units) {
        const unit = {
          [ATTRIBUTE.kind]: type,
          [ATTRIBUTE.command]: name ?? "",
          [ATTRIBUTE.commandId]: commandId ?? "",
        };
        span.addEvent("sessionstream.unit", unit);
      }
      for (const effect of effects) span.addEvent("sessionstream.effect_started", { [ATTRIBUTE.effects]: effect });
      span.end();
    },
    onError({ kind, code }) {
      metrics.errors.add(1, { [ATTRIBUTE.kind]: kind, [ATTRIBUTE.error]: code });
    },
    onSocket: socketObserver(tracer, meter),
    hub(hub) {
      const stop = observeStats(meter, () => hub.stats());
      const told: Partial<Hub> = {
        submit: (request) => submit(hub, request),
        publish: (...given) => publish(hub, ...given),
        attach: (...given) => attach(hub, ...given),
        close: () => hub.close().finally(stop),
      };
      return new Proxy(hub, {
        get(target, name) {
          const value: unknown = Reflect.get(told, name) ?? Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
}

function messaging(operation: string, type: string, session: SessionKey) {
  const names = { [ATTRIBUTE.system]: "sessionstream", [ATTRIBUTE.operation]: operation };
  return { ...names, [ATTRIBUTE.operationType]: type, ...sessionAttributes(session) };
}
