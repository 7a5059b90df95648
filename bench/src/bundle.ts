/**
 * Owns making the measured programs. They are bundled from source as the packages' own build does it: a loader that
 * compiles on the fly names every function at run time, and that would be measured too.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

export interface BundledPrograms {
  readonly folder: string;
  remove(): void;
}

export async function bundlePrograms(entry: Readonly<Record<string, URL>>): Promise<BundledPrograms> {
  // Below node_modules, so that the programs find what is not bundled.
  const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bench-"));
  await build({
    config: false,
    silent: true,
    entry: Object.fromEntries(Object.entries(entry).map(([name, url]) => [name, fileURLToPath(url)])),
    format: "esm",
    target: "node20.19",
    platform: "node",
    outDir: folder,
    outExtension: () => ({ js: ".mjs" }),
    splitting: true,
    sourcemap: "inline",
    noExternal: [/^@sessionstream\//],
    external: ["ai", "ws", "libsql", "pg", "tsup", "@bufbuild/protobuf", "immer"],
    esbuildOptions(options) {
      options.conditions = ["@sessionstream/source"];
    },
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
