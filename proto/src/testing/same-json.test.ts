import { toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServerFrameSchema } from "../gen/sessionstream/v1/transport_pb.ts";
import { arbitraryMessage } from "./arbitrary-message.ts";
import { sameJson } from "./same-json.ts";

describe("sameJson", () => {
  it("P38 does not see spaces and the order of keys", () => {
    expect(sameJson('{"a":1,"b":[{"c":null}]}', '{ "b": [ { "c": null } ],\n "a": 1 }')).toBe(true);
    fc.assert(
      fc.property(arbitraryMessage(ServerFrameSchema), (frame) => {
        const text = toJsonString(ServerFrameSchema, frame);
        return sameJson(text, toJsonString(ServerFrameSchema, frame, { prettySpaces: 3 }));
      }),
    );
  });

  it.each([
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":1}', '{"a":1,"b":null}'],
    ["[1,2]", "[2,1]"],
    ["[]", "{}"],
    ["null", "{}"],
    ['{"a":1}', '{"b":1}'],
    ["[1]", "[1,1]"],
  ])("tells %s from %s", (a, b) => {
    expect(sameJson(a, b)).toBe(false);
    expect(sameJson(b, a)).toBe(false);
  });
});
