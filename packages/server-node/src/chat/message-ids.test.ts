import { describe, expect, it } from "vitest";
import {
  checkRootMessageId,
  parseSegmentMessageId,
  segmentMessageId,
  userMessageId,
  warningMessageId,
} from "./message-ids.ts";

describe("message ids", () => {
  it.each(["", "  ", "a:text:1", "a:thinking:b", "a-user", "a:warning", "a:warning:2"])(
    "C17 refuses %j as a root, because ids made of it could not be told apart",
    (id) => {
      expect(() => checkRootMessageId(id)).toThrow(/cannot be a message id/);
    },
  );

  it("C17 trims what a generator made", () => {
    expect(checkRootMessageId(" chat-msg-1 ")).toBe("chat-msg-1");
  });

  it("C17 makes different ids for everything a run writes", () => {
    const root = "chat-msg-1";
    const ids = [
      root,
      userMessageId(root),
      segmentMessageId(root, "text", 1),
      segmentMessageId(root, "text", 2),
      segmentMessageId(root, "thinking", 1),
      warningMessageId(root, 1),
      warningMessageId(root, 2),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(parseSegmentMessageId(segmentMessageId(root, "text", 12))).toEqual({ root, segment: 12 });
    expect(parseSegmentMessageId(root)).toBeUndefined();
  });
});
