import { context, SpanStatusCode } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHub } from "../hub/create-hub.ts";
import { alice, attachRequest, room } from "../hub/testing/hub-scene.ts";
import { grown, noted, notesModule, POISON } from "../hub/testing/notes-module.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import { hubTelemetry } from "./hub-telemetry.ts";

const CANARY = "canary-91c2";

function scene(storage = memoryStorage()) {
  const spans = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  onTestFinished(async () => {
    context.disable();
    await meters.shutdown();
  });
  const telemetry = hubTelemetry({
    tracer: tracers.getTracer("test"),
    meter: meters.getMeter("test"),
    system: "memory",
  });
  const { onPipeline, onError } = telemetry;
  const inner = createHub({
    storage: telemetry.storage(storage),
    modules: [notesModule()],
    authorize: () => true,
    platform: manualPlatform(),
    onPipeline,
    onError,
  });
  const hub = telemetry.hub(inner);
  const write = (id: string, text: string) =>
    hub.submit({
      principal: alice,
      session: room.session,
      command: "WriteNote",
      id: `c-${id}`,
      payload: { field: id, text },
    });
  async function metric(name: string) {
    await reader.forceFlush();
    const found =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    return found
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => dataPoints.map(({ value, attributes }) => ({ value, attributes })));
  }
  return { hub, telemetry, write, metric, spans: () => spans.getFinishedSpans() };
}

describe("telemetry", () => {
  it("one trace leads from a command to the storage's commit and what it started", async () => {
    const { write, spans } = scene();
    await write("a", "x");
    const submitted = spans().find(({ name }) => name === "submit WriteNote");
    const trace = submitted?.spanContext().traceId;
    const related = spans().filter((span) => span.spanContext().traceId === trace);
    expect(related.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["load memory", "command memory", "commit memory", "commit live", "submit WriteNote"]),
    );
    expect(submitted?.attributes).toMatchObject({
      "messaging.system": "sessionstream",
      "messaging.operation.name": "submit",
      "gen_ai.conversation.id": room.session,
      "sessionstream.tenant": "acme",
      "sessionstream.command": "WriteNote",
      "sessionstream.ordinal": "1",
      "sessionstream.repeated": false,
    });
    expect(related.find(({ name }) => name === "commit memory")?.attributes).toMatchObject({
      "db.system.name": "memory",
      "db.operation.name": "commit",
      "sessionstream.status": "committed",
    });
    expect(related.find(({ name }) => name === "commit live")?.attributes).toMatchObject({
      "sessionstream.events": 1,
      "sessionstream.event_names": ["Noted"],
      "sessionstream.attempts": 1,
    });
  });

  it("a refusal is an error by its code, and nothing of its words", async () => {
    const { write, spans } = scene();
    await write("a", "x");
    await expect(write("a", "y")).rejects.toMatchObject({ code: "key_reused" });
    const refused = spans().filter(
      ({ name, status }) => name.startsWith("submit") && status.code === SpanStatusCode.ERROR,
    );
    expect(refused.map(({ attributes, status, events }) => [attributes["error.type"], status.message, events])).toEqual(
      [["key_reused", undefined, []]],
    );
  });

  it("counts commits, conflicts, events, errors and subscriptions, and asks the hub for the rest", async () => {
    const storage = memoryStorage();
    const { hub, write, metric } = scene(storage);
    await write("a", "x");
    await hub.publish(room, [noted("p", POISON), noted("b")]);
    await hub.attach(alice, attachRequest());
    await hub.attach(alice, attachRequest({ cursor: { epoch: "e", view: "v", ordinal: 1n, tag: "t" } }));
    const found = await storage.load(room);
    if (found === null) throw new Error("nothing stored");
    const event = { ordinal: 4n, id: "e4", at: 2e12, name: "Remarked", payload: "{}" };
    const head = { ...found.head, revision: "other", ordinal: 4n, tag: "e4" };
    await storage.commit({ session: room, expect: found.head.revision, head, events: [event] });
    await hub.publish(room, [grown("b", "!")]);

    const total = async (name: string) => (await metric(name)).reduce((sum, { value }) => sum + Number(value), 0);
    expect(await metric("sessionstream.commits")).toEqual([
      { value: 3, attributes: { "sessionstream.mode": "live" } },
      { value: 1, attributes: { "sessionstream.mode": "caught-up" } },
    ]);
    expect(await total("sessionstream.events")).toBe(4);
    expect(await total("sessionstream.commit.conflicts")).toBe(1);
    expect(await total("sessionstream.sessions")).toBe(1);
    expect(await total("sessionstream.subscribers")).toBe(2);
    expect(await total("sessionstream.bus.degraded")).toBe(0);
    expect(await total("sessionstream.effects.running")).toBe(0);
    expect((await metric("sessionstream.errors")).map(({ attributes }) => attributes["sessionstream.kind"])).toContain(
      "projection",
    );
    expect(
      (await metric("sessionstream.subscriptions.started")).map(({ value, attributes }) => [
        value,
        attributes["sessionstream.resuming"],
      ]),
    ).toEqual([
      [1, false],
      [1, true],
    ]);
    expect(
      (await metric("db.client.operation.duration")).map(({ attributes }) => attributes["db.operation.name"]),
    ).toEqual(expect.arrayContaining(["load", "commit", "command"]));
    expect(await metric("messaging.process.duration")).toHaveLength(1);
    await hub.close();
  });

  it("tells of connections: how many, what waits, and how each ended", async () => {
    const { telemetry, metric, spans } = scene();
    const told = { at: 0, connectionId: "k1" };
    for (const record of [
      { ...told, stage: "connected" },
      { ...told, stage: "subscription_live", sessionId: "room-1" },
      { ...told, stage: "protocol_error", code: "rate_limited" },
      { ...told, stage: "server_frame_queued", bytes: 10, queuedBytes: 70_000 },
      { ...told, stage: "server_frames_written", bytes: 70_000, queuedBytes: 0 },
      { ...told, stage: "connected", connectionId: "k2" },
      { ...told, stage: "disconnected", code: 4013 },
      { at: 0, connectionId: null, stage: "upgrade_error", code: 403 },
    ] as const) {
      telemetry.onSocket(record);
    }
    expect(await metric("sessionstream.connections")).toMatchObject([{ value: 1 }]);
    expect(await metric("sessionstream.connections.closed")).toMatchObject([
      { attributes: { "sessionstream.close_code": 4013 } },
    ]);
    expect(await metric("sessionstream.sent")).toMatchObject([{ value: 70_000 }]);
    expect(await metric("sessionstream.queued")).toMatchObject([{ value: { max: 70_000 } }]);
    const [ended] = spans();
    expect(ended?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ["sessionstream.subscription_live", { "gen_ai.conversation.id": "room-1" }],
      ["sessionstream.protocol_error", { "error.type": "rate_limited" }],
    ]);
  });

  it("X31 no payload is in a span, an event or a metric, not even of what failed", async () => {
    const { hub, write, spans, metric } = scene();
    await write("a", CANARY);
    await expect(write("a", `${CANARY} again`)).rejects.toThrow();
    await expect(write("b", CANARY.repeat(10_000))).rejects.toThrow();
    await hub.publish(room, [noted("c", CANARY), noted("p", POISON), grown("gone", CANARY)]);
    const told = spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]);
    expect(JSON.stringify(told)).not.toContain(CANARY);
    expect(told.length).toBeGreaterThan(8);
    const names = [
      "sessionstream.errors",
      "sessionstream.commits",
      "db.client.operation.duration",
      "messaging.process.duration",
    ];
    expect(JSON.stringify(await Promise.all(names.map(metric)))).not.toContain(CANARY);
  });

  it("without a registered provider everything works, and nothing is told", async () => {
    const { storage, onPipeline, onError, hub: watched } = hubTelemetry();
    const inner = createHub({
      storage: storage(memoryStorage()),
      modules: [notesModule()],
      authorize: () => true,
      onPipeline,
      onError,
    });
    const hub = watched(inner);
    expect(await hub.publish(room, [noted("a")])).toMatchObject({ ordinal: 1n });
    expect(await hub.retain(room, { keepEvents: 1 })).toEqual({ floor: 0n, removed: 0n });
    expect(hub.limits).toBe(inner.limits);
    await hub.close();
  });
});
