import { describe, expect, it } from "vitest";
import { commandId, entityKey, isEntityKind, isSessionId, sessionId } from "./ids.ts";

describe("ids", () => {
  it.each(["a", "Order-7_x", "x".repeat(128)])("takes %j for a session id", (text) => {
    expect(sessionId(text)).toBe(text);
  });

  it.each(["", "x".repeat(129), "a/b", "a b", "../x", "ä", "a\n"])("refuses %j as a session id", (text) => {
    expect(isSessionId(text)).toBe(false);
    expect(() => sessionId(text)).toThrow(RangeError);
  });

  it("limits a command id to 200 characters", () => {
    expect(commandId("x".repeat(200))).toHaveLength(200);
    expect(() => commandId("x".repeat(201))).toThrow(RangeError);
    expect(() => commandId("")).toThrow(RangeError);
    for (const text of ["a\u0000", "a\nb", "\u007f", "\ud800"]) expect(() => commandId(text)).toThrow(RangeError);
    expect(commandId("😀 ü")).toBe("😀 ü");
  });

  it("keeps keys of different kinds apart, whatever the ids contain", () => {
    expect(isEntityKind("a/b")).toBe(false);
    expect(entityKey("a", "b/c")).not.toBe(entityKey("a.b", "c"));
  });
});
