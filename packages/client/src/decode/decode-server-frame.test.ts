import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeServerFrame } from "./decode-server-frame.ts";

const decode = (frame: unknown) => decodeServerFrame(JSON.stringify(frame));
const frameOf = (frame: unknown) => {
  const decoded = decode(frame);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.frame;
};

describe("decoding what a server says", () => {
  it("P20 reads absent and null fields as their zero value", () => {
    expect(frameOf({ hello: {} })).toEqual({
      type: "hello",
      connectionId: "",
      capabilities: [],
      protocolMin: 0,
      heartbeatIntervalMs: 0,
    });
    expect(frameOf({ timeline: { sessionId: null, changes: null } })).toEqual({
      type: "timeline",
      sessionId: "",
      epoch: "",
      prevOrdinal: 0n,
      ordinal: 0n,
      tag: "",
      changes: [],
    });
    expect(frameOf({ snapshot: {} })).toMatchObject({ ordinal: 0n, entities: [], removed: [], mode: "full" });
    expect(frameOf({ ping: {} })).toEqual({ type: "ping", nonce: "", heads: [] });
  });

  it("P21 T1.16 keeps the largest uint64 exact", () => {
    expect(frameOf({ timeline: { ordinal: "18446744073709551615" } })).toMatchObject({
      ordinal: 18_446_744_073_709_551_615n,
    });
  });

  it.each([5, -1, "-1", "01", "1.0", "one", "18446744073709551616", {}, true])(
    "P22 refuses the ordinal %j",
    (ordinal) => {
      expect(decode({ timeline: { sessionId: "s", ordinal } })).toEqual({
        ok: false,
        sessionId: "s",
        message: "ordinal is not a decimal string",
      });
    },
  );

  it("an event without an ordinal is malformed: zero is no event's", () => {
    expect(decode({ uiEvent: { sessionId: "s", name: "X" } })).toMatchObject({ ok: false });
  });

  it("P25 reads a mode by name or number; a reference snapshot has none and is whole", () => {
    for (const mode of ["SNAPSHOT_MODE_DELTA", 2])
      expect(frameOf({ snapshot: { mode } })).toMatchObject({ mode: "delta" });
    expect(frameOf({ snapshot: { mode: 1 } })).toMatchObject({ lastPart: false });
    expect(frameOf({ snapshot: { mode: 0 } })).toMatchObject({ mode: "full", lastPart: true });
    expect(decode({ snapshot: { mode: "SNAPSHOT_MODE_SIDEWAYS" } })).toMatchObject({ ok: false });
  });

  it("P23 P24 leaves a payload as it is, but takes a Struct out of its wrapping", () => {
    const payloadOf = (payload: object) =>
      frameOf({ uiEvent: { sessionId: "s", eventOrdinal: "1", name: "X", payload } });
    const own = { "@type": "type.googleapis.com/shop.Card", value: { price: 1 } };
    expect(payloadOf(own)).toMatchObject({ payload: own });
    const struct = "type.googleapis.com/google.protobuf.Struct";
    expect(payloadOf({ "@type": struct, value: { price: 1 } })).toMatchObject({
      payload: { "@type": struct, price: 1 },
    });
  });

  it("sorts a delta's entities from what was removed", () => {
    const entities = [
      { kind: "A", id: "1", tombstone: true },
      { kind: "A", id: "2", createdOrdinal: "3", lastEventOrdinal: "4", open: true, commandId: "c" },
    ];
    expect(frameOf({ snapshot: { entities } })).toMatchObject({
      removed: [{ kind: "A", id: "1" }],
      entities: [{ key: "A/2", createdOrdinal: 3n, lastEventOrdinal: 4n, open: true, commandId: "c", payload: {} }],
    });
  });

  it("P28 L8: an unknown frame is data, and a known one is found beside unknown fields", () => {
    expect(frameOf({ levitation: 3 })).toEqual({ type: "unknown", arm: "levitation" });
    expect(frameOf({})).toEqual({ type: "unknown", arm: "" });
    expect(frameOf({ trace: "t-1", pong: { nonce: "n", extra: 1 } })).toEqual({ type: "pong", nonce: "n" });
  });

  it("T1.18 says what is wrong without quoting what was sent", () => {
    expect(decodeServerFrame('{"secret": ')).toEqual({ ok: false, sessionId: "", message: "not JSON" });
    expect(decodeServerFrame("")).toMatchObject({ ok: false });
    expect(decodeServerFrame('"text"')).toMatchObject({ ok: false, message: "frame is not an object" });
    expect(decode({ timeline: { sessionId: "s", changes: [{ kind: "A", id: "1" }] } })).toEqual({
      ok: false,
      sessionId: "s",
      message: "a change is none of put, patch and remove",
    });
  });

  it("P16 knows the codes of both kinds of server", () => {
    const errorOf = (error: object) => frameOf({ error });
    expect(errorOf({ code: "hydration_buffer_overflow", message: "full" })).toMatchObject({
      error: { code: "buffer_overflow", reason: "hydration_buffer_overflow", retryable: true },
    });
    expect(errorOf({ code: "constructor", message: "?" })).toMatchObject({
      error: { code: "protocol_error", reason: "constructor" },
    });
    expect(errorOf({ code: "internal", errorId: "e-1", retryable: true, retryAfterMs: 7 })).toMatchObject({
      error: { errorId: "e-1", retryable: true, retryAfterMs: 7 },
    });
  });

  it("AT-12 never throws, whatever the text", () => {
    const arms = ["hello", "snapshot", "timeline", "uiEvent", "ephemeral", "error", "ping", "draining", "subscribed"];
    const frames = fc.oneof(
      fc.string().map((text) => text),
      fc.json(),
      fc.tuple(fc.constantFrom(...arms), fc.jsonValue()).map(([arm, body]) => JSON.stringify({ [arm]: body })),
      fc
        .tuple(
          fc.constantFrom(...arms),
          fc.constantFrom("entities", "changes", "heads", "payload", "sessionId", "ordinal", "capabilities"),
          fc.jsonValue(),
        )
        .map(([arm, field, value]) => JSON.stringify({ [arm]: { [field]: value } })),
    );
    fc.assert(
      fc.property(frames, (text) => typeof decodeServerFrame(text).ok === "boolean"),
      { numRuns: 3_000 },
    );
  });

  it("X18 keys named like the prototype stay data", () => {
    const payload = '{"@type":"x/Y","__proto__":{"polluted":true}}';
    const text = `{"uiEvent":{"sessionId":"s","eventOrdinal":"1","name":"constructor","payload":${payload}}}`;
    expect(decodeServerFrame(text)).toMatchObject({ ok: true, frame: { name: "constructor" } });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
