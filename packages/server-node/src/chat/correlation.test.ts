import { create } from "@bufbuild/protobuf";
import { CorrelationInfoSchema } from "@sessionstream/protocol/chat/v1";
import { expect, it } from "vitest";
import { mergeCorrelation, runIdOf } from "./correlation.ts";

it("C18 merges correlation field by field, and what is empty erases nothing", () => {
  const before = create(CorrelationInfoSchema, { sessionId: "s", runId: "r", segmentId: "1" });
  const after = create(CorrelationInfoSchema, { runId: "", segmentId: "2", toolCallId: "t" });
  expect(mergeCorrelation(before, after)).toMatchObject({
    sessionId: "s",
    runId: "r",
    segmentId: "2",
    toolCallId: "t",
  });
  expect(mergeCorrelation(before, undefined)).toBe(before);
  expect(mergeCorrelation(undefined, after)).toBe(after);
});

it("C18 finds the run of a producer without correlation by its root message", () => {
  expect(runIdOf({ messageId: "m" })).toBe("m");
  expect(runIdOf({ messageId: "m", correlation: create(CorrelationInfoSchema, { runId: "r" }) })).toBe("r");
});
