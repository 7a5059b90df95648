import { describe, expect, it } from "vitest";
import { isErrorCode, SessionStreamError } from "./error-code.ts";

describe("SessionStreamError", () => {
  it("knows from its code whether retrying can help, unless told otherwise", () => {
    expect(new SessionStreamError("conflict", "Try again").retryable).toBe(true);
    expect(new SessionStreamError("forbidden", "Ask the owner").retryable).toBe(false);
    expect(new SessionStreamError("forbidden", "Soon", { retryable: true }).retryable).toBe(true);
  });

  it("wraps what was thrown once and keeps it as cause", () => {
    const thrown = new Error("disk full");
    const wrapped = SessionStreamError.from(thrown, "storage_unavailable");
    expect(wrapped).toMatchObject({ code: "storage_unavailable", message: "disk full", cause: thrown });
    expect(SessionStreamError.from(wrapped, "internal")).toBe(wrapped);
    expect(SessionStreamError.from("text").message).toBe("text");
  });

  it.each(["toString", "__proto__", "constructor", ""])("does not take %j for a code", (text) => {
    expect(isErrorCode(text)).toBe(false);
  });
});
