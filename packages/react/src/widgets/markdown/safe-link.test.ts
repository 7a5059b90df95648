import { describe, expect, it } from "vitest";
import { disguisedHost, linkTarget } from "./safe-link.ts";

describe("X20 addresses that become links", () => {
  it.each(["https://example.com/a?b#c", "http://example.com", "mailto:me@example.com", "HTTPS://EXAMPLE.COM"])(
    "%s",
    (address) => {
      expect(linkTarget(address).type).toBe("external");
    },
  );
  it.each(["#here", "/orders/7", "/"])("%s", (address) => {
    expect(linkTarget(address)).toEqual({ type: "internal", href: address });
  });
});

const DANGEROUS = [
  "javascript",
  "vbscript",
  "data",
  "file",
  "blob",
  "about",
  "chrome",
  "intent",
  "ws",
  "ftp",
  "tel",
  "view-source",
];
const DISGUISES: readonly ((scheme: string) => string)[] = [
  (scheme) => `${scheme}:alert(1)`,
  (scheme) => `${scheme.toUpperCase()}:alert(1)`,
  (scheme) => ` ${scheme}:alert(1)`,
  (scheme) => `\u0001${scheme}:alert(1)`,
  (scheme) => `${scheme[0]}\t${scheme.slice(1)}:alert(1)`,
  (scheme) => `${scheme[0]}\n${scheme.slice(1)}:alert(1)`,
  (scheme) => `${scheme}\u0000:alert(1)`,
  (scheme) => `${scheme}://example.com/%0aalert(1)`,
  (scheme) => `\u200b${scheme}:alert(1)`,
  (scheme) => `\u202e${scheme}:alert(1)`,
];

describe("X20 X23 addresses that do not", () => {
  const corpus = DANGEROUS.flatMap((scheme) => DISGUISES.map((disguise) => disguise(scheme)));
  it.each([
    ...corpus,
    undefined,
    "",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "relative/path",
    "../up",
    "https:",
    "http://",
    "https://bank.example@evil.example",
    "https://user:password@bank.example",
    "https://exa mple.com",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg onload=alert(1)>",
  ])("%j", (address) => {
    expect(linkTarget(address).type).toBe("unsafe");
  });
});

it.each([
  ["https://bank.example", "evil.example", "evil.example"],
  ["www.bank.example/login", "evil.example", "evil.example"],
  ["https://bank.example@evil.example", "evil.example", null],
  ["https://bank.example/a", "bank.example", null],
  ["our bank", "evil.example", null],
  ["sign in at https://bank.example/login", "evil.example", "evil.example"],
  ["pay\u200bpal", "evil.example", "evil.example"],
  ["our bank", "xn--bnk-8cd.example", "xn--bnk-8cd.example"],
])("X24 a link that reads %s and leads to %s shows %s", (text, host, shown) => {
  expect(disguisedHost(text, host)).toBe(shown);
});
