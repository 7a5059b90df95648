import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { exportedNames, hasDefaultExport, PACKAGE_FOLDERS, packageEntries } from "./exported-names.ts";
import { readSourceFiles } from "./source-imports.ts";

const HOW_TO_UPDATE =
  "The public names have changed. If that is meant: `npx vitest run --project node -u test/architecture/public-surface.test.ts`, read the diff, add a changeset (a name that goes is a breaking change)";

function surfaceOf(folder: string): string {
  return packageEntries(folder)
    .map(
      ({ specifier, file }) =>
        `${specifier}\n${exportedNames(file)
          .map((name) => `  ${name}\n`)
          .join("")}`,
    )
    .join("\n");
}

describe("public surface", () => {
  it.each(PACKAGE_FOLDERS)("%s exports the names that are written down", async (folder) => {
    await expect(surfaceOf(folder), HOW_TO_UPDATE).toMatchFileSnapshot(`surface/${basename(folder)}.txt`);
  });

  it("offers nothing that is not meant to be used", () => {
    const entries = PACKAGE_FOLDERS.flatMap(packageEntries);
    expect(entries.length).toBeGreaterThan(20);
    const names = entries.flatMap(({ specifier, file }) => exportedNames(file).map((name) => `${specifier} ${name}`));
    expect(names.filter((name) => /internal|unstable|(?:^|[ _])_|deprecated/i.test(name))).toEqual([]);
  });

  it("is made of named exports alone", () => {
    const sources = readSourceFiles();
    expect(sources.filter(({ path, text }) => hasDefaultExport(path, text)).map(({ path }) => path)).toEqual([]);
  });
});
