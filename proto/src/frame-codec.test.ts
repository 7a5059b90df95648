import { create, fromJsonString, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeClientFrame, encodeServerFrame, type ServerFrameInit } from "./frame-codec.ts";
import { ClientFrameSchema, ServerFrameSchema } from "./gen/sessionstream/v1/transport_pb.ts";
import { arbitraryMessage, arbitraryText } from "./testing/arbitrary-message.ts";

function decode(json: unknown, options?: Parameters<typeof decodeClientFrame>[1]) {
  return decodeClientFrame(JSON.stringify(json), options);
}

describe("decodeClientFrame", () => {
  it("reads every frame the schema can write", () => {
    fc.assert(
      fc.property(arbitraryMessage(ClientFrameSchema), (message) => {
        fc.pre(message.frame.case !== undefined);
        const decoded = decodeClientFrame(toJsonString(ClientFrameSchema, message), { strict: true });
        expect(decoded).toEqual({ ok: true, frame: message.frame });
      }),
    );
  });

  it("never throws, whatever the text", () => {
    const almost = fc.constantFrom("subscribe", "ping", "page", "frame", "__proto__").chain((arm) => {
      return fc.jsonValue().map((value) => `{"${arm}":${JSON.stringify(value)}}`);
    });
    const texts = fc.oneof(fc.string(), fc.json(), almost, fc.constant(`${"[".repeat(1e5)}`));
    fc.assert(
      fc.property(texts, fc.boolean(), (text, strict) => typeof decodeClientFrame(text, { strict }).ok === "boolean"),
    );
  });

  it("P20 reads a minimal frame as zero values", () => {
    expect(decode({ subscribe: { sessionId: "s" } })).toMatchObject({
      ok: true,
      frame: { case: "subscribe", value: { sinceSnapshotOrdinal: 0n, capabilities: [], window: 0, requestId: "" } },
    });
  });

  it("P27 ignores unknown fields, and refuses them in strict mode", () => {
    const frame = { subscribe: { sessionId: "s", invented: { from: 1.5 } }, more: 1 };
    expect(decode(frame)).toMatchObject({ ok: true });
    expect(decode(frame, { strict: true })).toMatchObject({ ok: false, code: "bad_client_frame" });
  });

  it.each([{}, { command: {} }, { hello: {} }])("P16 an unknown frame is a protocol error: %j", (json) => {
    expect(decode(json)).toMatchObject({ ok: false, code: "protocol_error" });
  });

  it.each(["", "null", "[]", "7", "{", '{"subscribe":7}', '{"ping":{"nonce":1}}', '{"ping":{},"pong":{}}'])(
    "P16 what is no frame is a bad client frame: %s",
    (text) => {
      expect(decodeClientFrame(text)).toMatchObject({ ok: false, code: "bad_client_frame" });
    },
  );

  it("P21 takes the largest ordinal as a string", () => {
    expect(decode({ subscribe: { sessionId: "s", sinceSnapshotOrdinal: "18446744073709551615" } })).toMatchObject({
      frame: { value: { sinceSnapshotOrdinal: 2n ** 64n - 1n } },
    });
  });

  it.each([2 ** 53, 1.5, -1, "-1", "01", " 1", "x", "18446744073709551616"])(
    "P22 refuses %j as an ordinal",
    (ordinal) => {
      const frames = [
        { subscribe: { sessionId: "s", sinceSnapshotOrdinal: ordinal } },
        { subscribe: { sessionId: "s", from: ordinal } },
        { page: { sessionId: "s", before: ordinal } },
      ];
      for (const frame of frames) expect(decode(frame)).toMatchObject({ ok: false, code: "bad_client_frame" });
    },
  );

  it("P12 keeps a nonce as it came", () => {
    fc.assert(
      fc.property(arbitraryText(), (nonce) => {
        expect(decode({ ping: { nonce } })).toMatchObject({ frame: { case: "ping", value: { nonce } } });
      }),
    );
  });

  it("P36 refuses frames above the limit, counted in bytes of UTF-8", () => {
    const text = JSON.stringify({ ping: { nonce: "ééé" } });
    const bytes = Buffer.byteLength(text);
    expect(decodeClientFrame(text, { maxBytes: bytes })).toMatchObject({ ok: true });
    expect(decodeClientFrame(text, { maxBytes: bytes - 1 })).toMatchObject({ ok: false, code: "payload_too_large" });
    expect(decodeClientFrame(text, { maxBytes: 5 })).toMatchObject({ ok: false, code: "payload_too_large" });
  });
});

describe("encodeServerFrame", () => {
  it("P01 P02 writes hello with what the server can do, zeros omitted", () => {
    const text = encodeServerFrame({
      case: "hello",
      value: { connectionId: "c-1", capabilities: ["timeline"], protocolMin: 1 },
    });
    expect(JSON.parse(text)).toEqual({ hello: { connectionId: "c-1", capabilities: ["timeline"], protocolMin: 1 } });
  });

  it("P17 writes scoped errors", () => {
    const value = { code: "snapshot_failed", message: "Try again", sessionId: "s", requestId: "r", retryable: true };
    expect(JSON.parse(encodeServerFrame({ case: "error", value }))).toEqual({ error: value });
  });

  it("writes what the schema reads", () => {
    fc.assert(
      fc.property(arbitraryText(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (nonce, ordinal) => {
        const frame: ServerFrameInit = {
          case: "ping",
          value: { nonce, heads: [{ sessionId: "s", epoch: "e", ordinal }] },
        };
        expect(fromJsonString(ServerFrameSchema, encodeServerFrame(frame))).toEqual(
          create(ServerFrameSchema, { frame }),
        );
      }),
    );
  });
});
