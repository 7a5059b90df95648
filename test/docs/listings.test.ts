import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const LISTING = /^<!-- file: (\S+) -->\n```\w+\n(.*?)^```/gms;

const listings = readdirSync(join(root, "docs/guides"))
  .filter((name) => name.endsWith(".md"))
  .flatMap((page) =>
    [...readFileSync(join(root, "docs/guides", page), "utf8").matchAll(LISTING)].map(([, file = "", shown = ""]) => ({
      page,
      file,
      shown,
    })),
  );

it("Q07 the guides list files", () => {
  expect(listings.length).toBeGreaterThan(2);
});

it.each(listings)("Q07 $page lists $file as it is", ({ file, shown }) => {
  expect(shown).toBe(readFileSync(join(root, file), "utf8"));
});
