import { describe, expect, it } from "vitest";
import { logLine } from "./log-line.ts";

describe("a line of a log", () => {
  it.each(["a\nb", "a\r\nb", "\u001b[2J\u001b[31mred", "a\u0000b", "a\u2028b", "a\u202eb", "a\u009bb", "a\u007fb"])(
    "X32 stays one line, and prints: %j",
    (forged) => {
      for (const line of [logLine(forged, "x"), logLine("s", forged), logLine("s", new Error(forged))]) {
        expect(line).toMatch(/^[\x20-\x7e]*$/);
      }
    },
  );

  it("X31 says code, message and place of an error, not its cause", () => {
    const error = Object.assign(new Error("no", { cause: new Error("CANARY") }), { code: "internal" });
    expect(logLine("e-1", error)).toMatch(/^e-1: Error internal: no \(at .*log-line\.test\.ts/);
    expect(logLine("e-1", error)).not.toContain("CANARY");
  });
});
