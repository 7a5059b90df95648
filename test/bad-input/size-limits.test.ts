import { create } from "@bufbuild/protobuf";
import { StartInferenceCommandSchema, StopInferenceCommandSchema } from "@sessionstream/protocol/chat/v1";
import { createPayloadRegistry, encodePayload } from "@sessionstream/protocol/codec";
import {
  createHub,
  DEFAULT_HUB_LIMITS,
  type HubOptions,
  type MemoryStorageContents,
  memoryStorage,
  type SessionKey,
} from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import { describe, expect, it } from "vitest";

const ada = { id: "ada", tenant: "acme" };

function scene(limits: HubOptions["limits"] = {}) {
  const contents: MemoryStorageContents = new Map();
  const hub = createHub({
    storage: memoryStorage(contents),
    modules: [chat({ engine: demoEngine() })],
    authorize: () => true,
    limits,
  });
  return { hub, contents };
}

describe("sizes", () => {
  it("F-W5 a command of the largest size passes, one byte more is refused before anything is stored", async () => {
    const registry = createPayloadRegistry([StopInferenceCommandSchema]);
    const sizeOf = (runId: string) =>
      Buffer.byteLength(
        encodePayload(StopInferenceCommandSchema, create(StopInferenceCommandSchema, { runId }), registry),
      );
    const { hub, contents } = scene();
    const { maxEventBytes } = hub.limits;
    // No run has such a name; what is asked is whether anybody got to look for it.
    const stop = (bytes: number) => {
      const payload = { runId: "r".repeat(bytes - sizeOf("")) };
      expect(sizeOf(payload.runId)).toBe(bytes);
      const asked = hub.submit({ principal: ada, session: "s-1", command: "ChatStopInference", id: "k", payload });
      return asked.then(
        () => "taken",
        ({ code }: { code: string }) => code,
      );
    };
    expect(await stop(maxEventBytes + 1)).toBe("payload_too_large");
    expect(contents.size).toBe(0);
    expect(await stop(maxEventBytes)).not.toBe("payload_too_large");
    await hub.close();
  });

  it("F-W5 an event over its bound is refused where it would be stored", async () => {
    const registry = createPayloadRegistry([StartInferenceCommandSchema]);
    const empty = encodePayload(StartInferenceCommandSchema, create(StartInferenceCommandSchema), registry);
    const limit = 1_000;
    const { hub, contents } = scene({ maxEventBytes: limit });
    const submit = (prompt: string) =>
      hub.submit({ principal: ada, session: "s-1", command: "ChatStartInference", id: "k", payload: { prompt } });
    // The command fits to the byte; the event it makes says more than it.
    const prompt = "x".repeat(limit - Buffer.byteLength(empty));
    await expect(submit(prompt)).rejects.toMatchObject({ code: "payload_too_large", retryable: false });
    expect(contents.size).toBe(0);
    await expect(submit("x")).resolves.toMatchObject({ repeated: false });
    await hub.close();
  });
});

describe("limits that cannot work are refused at the start", () => {
  const invalid = expect.objectContaining({ code: "invalid_options" });

  it("F-W5 an entity larger than a frame", () => {
    const { maxFrameBytes } = DEFAULT_HUB_LIMITS.fanOut;
    expect(() => scene({ maxEntityBytes: maxFrameBytes - 1 })).not.toThrow();
    expect(() => scene({ maxEntityBytes: maxFrameBytes })).toThrow(invalid);
  });

  it.each(["maxEventBytes", "maxNewSessionsPerDay", "evictAfterMs"] as const)("F-W5 %s of nothing", (name) => {
    for (const value of [0, -1, Number.NaN]) expect(() => scene({ [name]: value })).toThrow(invalid);
  });

  it("F-W5 a hello that promises smaller frames than the hub sends", () => {
    const { hub } = scene();
    const { maxFrameBytes } = hub.limits.fanOut;
    const open = (limits: object) => createWebSocketTransport({ hub, authenticate: () => ada, origins: [], limits });
    expect(() => open({ maxFrameBytes })).not.toThrow();
    expect(() => open({ maxFrameBytes: maxFrameBytes - 1 })).toThrow(invalid);
    expect(() => open({ inboundBytes: { perSecond: 1, burst: 1_000 } })).toThrow(invalid);
    expect(() => open({ inboundFrames: { perSecond: 0, burst: 1 } })).toThrow(invalid);
  });
});

describe("tenants", () => {
  it("X36 no key of a session without a tenant", () => {
    // @ts-expect-error: the tenant is not optional.
    const key: SessionKey = { session: "s-1" };
    // @ts-expect-error: nor may it be absent by value.
    const absent: SessionKey = { session: "s-1", tenant: undefined };
    expect([key, absent].map(({ tenant }) => tenant)).toEqual([undefined, undefined]);
  });

  it("X36 one name in two tenants is two sessions", async () => {
    const { hub } = scene();
    await hub.submit({
      principal: ada,
      session: "s-1",
      command: "ChatCreateSession",
      id: "k",
      payload: { profile: "" },
    });
    const eve = { id: "ada", tenant: "shop" };
    expect(await hub.snapshot({ principal: eve, session: "s-1" })).toBeNull();
    expect(await hub.snapshot({ principal: ada, session: "s-1" })).not.toBeNull();
    await hub.close();
  });
});
