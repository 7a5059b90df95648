// Owns how a package is built. The entries are read from the package's own "exports": what is exported is what is built,
// said in one place. Tests, stories and the type checker never use the result: they read src.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Options } from "tsup";

const sourceCondition = "@sessionstream/source";

type ExportTarget = string | Readonly<Record<string, string>>;

function readEntries(packageFolder: string, sourceEnding: RegExp): Record<string, string> {
  // CAST: our own package.json; publint checks its exports.
  const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    exports: Record<string, ExportTarget>;
  };
  const entries: Record<string, string> = {};
  for (const target of Object.values(manifest.exports)) {
    if (typeof target === "string") continue;
    const source = target[sourceCondition];
    const built = target.default;
    if (source === undefined || built === undefined || !sourceEnding.test(source)) continue;
    entries[built.replace(/^\.\/dist\//, "").replace(/\.(js|css)$/, "")] = source;
  }
  return entries;
}

/** The build of the package in the current folder; `overrides` are what sets one package apart. */
export function packageBuild(overrides: Options = {}): Options {
  const folder = process.cwd();
  return {
    entry: readEntries(folder, /\.(tsx?|css)$/),
    format: "esm",
    target: ["node20.19", "es2022"],
    platform: "neutral",
    tsconfig: "tsconfig.build.json",
    sourcemap: true,
    clean: true,
    splitting: true,
    dts: {
      entry: readEntries(folder, /\.tsx?$/),
      // TypeScript 6 calls the baseUrl that tsup's declaration step sets deprecated (TS5101).
      compilerOptions: { ignoreDeprecations: "6.0" },
    },
    ...overrides,
  };
}
