import { describe, expect, it } from "vitest";
import { checkOriginPolicy, isOriginAllowed, type OriginPolicy } from "./origin-policy.ts";

const listed: OriginPolicy = { origins: ["https://app.example.com"], allowMissingOrigin: false };
const sameHost: OriginPolicy = { origins: "same-host", allowMissingOrigin: false };

describe("L13 origins", () => {
  it.each([
    ["https://app.example.com", true],
    ["https://app.example.com:443", false],
    ["https://app.example.com:8443", false],
    ["https://app.example.com.", false],
    ["https://app.example.com.evil.net", false],
    ["https://evil-app.example.com", false],
    ["https://APP.example.com", false],
    ["http://app.example.com", false],
    ["https://app.example.com/", false],
    ["null", false],
    ["", false],
    [undefined, false],
  ])("listed: %s → %s", (origin, allowed) => {
    expect(isOriginAllowed({ origin, host: undefined }, listed)).toBe(allowed);
  });

  it.each([
    ["https://app.example.com", "app.example.com", true],
    ["https://app.example.com", "app.example.com:443", true],
    ["http://localhost:8787", "localhost:8787", true],
    ["http://localhost:5173", "localhost:8787", false],
    ["http://127.0.0.1:8787", "localhost:8787", false],
    ["https://app.example.com", "app.example.com.evil.net", false],
    ["https://app.example.com.evil.net", "app.example.com", false],
    ["file:///app.example.com", "app.example.com", false],
    ["null", "null", false],
    ["https://app.example.com", undefined, false],
  ])("same host: %s at %s → %s", (origin, host, allowed) => {
    expect(isOriginAllowed({ origin, host }, sameHost)).toBe(allowed);
  });

  it("a missing Origin is let in only where that was decided", () => {
    expect(isOriginAllowed({ origin: undefined, host: "app" }, sameHost)).toBe(false);
    expect(isOriginAllowed({ origin: undefined, host: "app" }, { ...sameHost, allowMissingOrigin: true })).toBe(true);
  });

  it.each([
    "*",
    "https://*.example.com",
    "app.example.com",
    "https://app.example.com/",
    "https://App.example.com",
    "null",
  ])("%s in the list is an error at the start, not a surprise later", (origin) => {
    expect(() => checkOriginPolicy({ origins: [origin], allowMissingOrigin: false })).toThrow(/not an origin/);
  });
});
