import { readFileSync } from "node:fs";
import { CLOSE_CODES, ERROR_CODES } from "@sessionstream/protocol";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/error-codes.md", import.meta.url), "utf8");

it("H38 every error code is documented with its retryability, and no other is", () => {
  const documented = Object.fromEntries(
    [...page.matchAll(/^\| `([a-z_]+)` \| (yes|no) \|/gm)].map((match) => [match[1], match[2] === "yes"]),
  );
  expect(documented).toEqual(ERROR_CODES);
});

it("every close code is documented", () => {
  const documented = [...page.matchAll(/^\| (\d{4}(?:, \d{4})*) \|/gm)].flatMap((match) =>
    (match[1] ?? "").split(", ").map(Number),
  );
  const known = Object.values(CLOSE_CODES);
  expect(documented.sort()).toEqual([...known].sort());
});
