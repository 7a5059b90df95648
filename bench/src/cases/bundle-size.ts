/**
 * G8: what a browser downloads, minified and compressed by brotli, React left out. "Initial" is what an entry imports
 * statically; what it imports on demand is listed apart.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "tsup";
import type { BenchCase } from "../case.ts";
import { atMost } from "../goal.ts";
import { printFacts } from "../report.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

interface Entry {
  readonly name: string;
  readonly source: string;
  readonly limit: number;
}

const CLIENT = `export { createChatClient, sessionstreamBackend } from "@sessionstream/client";`;
const HOOKS = `export { ChatThreadProvider, useChatThread, useSessionStream } from "@sessionstream/react";`;
const PARTS = `export * from "@sessionstream/react";`;
const KIT = `export * from "@sessionstream/react/widgets";`;

const ENTRIES: readonly Entry[] = [
  { name: "client: createChatClient, sessionstreamBackend", source: CLIENT, limit: 8 },
  { name: "client and hooks", source: CLIENT + HOOKS, limit: 12 },
  { name: "client, hooks and headless parts", source: CLIENT + PARTS, limit: 20 },
  { name: "whole kit with markdown", source: CLIENT + PARTS + KIT, limit: 75 },
];

export const bundleSize: BenchCase = {
  async run() {
    const sizes = [];
    for (const entry of ENTRIES) sizes.push({ ...entry, ...(await sizeOf(entry.source)) });
    const facts: (readonly [string, number])[] = sizes.flatMap(({ name, initial, lazy }) => [
      [`${name}, initial`, initial / 1_000] as const,
      ...(lazy === 0 ? [] : [[`${name}, on demand`, lazy / 1_000] as const]),
    ]);
    const everything = await sizeOf(`export * from "@sessionstream/client";`);
    facts.push(["everything the client's main entry exports", everything.initial / 1_000]);
    printFacts("G8", "bundle, kB of brotli, React external", Object.fromEntries(facts));
    return sizes.map(({ name, initial, limit }) => atMost("G8", name, initial / 1_000, limit, "kB"));
  },
};

interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly imports: readonly { readonly path: string; readonly kind: string }[] }>
  >;
}

async function sizeOf(source: string): Promise<{ readonly initial: number; readonly lazy: number }> {
  // Below node_modules, so that the packages are found.
  const folder = mkdtempSync(join(ROOT, "node_modules/.cache/bundle-size-"));
  const entry = join(folder, "entry.js");
  writeFileSync(entry, source);
  const outDir = join(folder, "out");
  let metafile: Metafile | undefined;
  await build({
    config: false,
    silent: true,
    entry: [entry],
    format: "esm",
    target: "es2022",
    platform: "browser",
    outDir,
    minify: true,
    splitting: true,
    treeshake: false,
    noExternal: [/.*/],
    external: [/^react($|\/)/, /^react-dom($|\/)/],
    esbuildOptions(options) {
      options.conditions = ["@sessionstream/source"];
      options.define = { "process.env.NODE_ENV": '"production"' };
      options.legalComments = "none";
    },
    esbuildPlugins: [
      {
        name: "metafile",
        setup(run) {
          run.initialOptions.metafile = true;
          run.onEnd((result) => {
            metafile = result.metafile;
          });
        },
      },
    ],
  });
  const all = new Map(Object.entries(metafile?.outputs ?? {}).map(([path, output]) => [basename(path), output]));
  const initial = new Set<string>();
  const visit = (name: string) => {
    if (initial.has(name)) return;
    initial.add(name);
    for (const { path, kind } of all.get(name)?.imports ?? []) {
      if (kind === "import-statement" && all.has(basename(path))) visit(basename(path));
    }
  };
  visit("entry.js");
  const compressed = (name: string) => brotliCompressSync(readFileSync(join(outDir, name))).length;
  const sum = (names: readonly string[]) => names.reduce((bytes, name) => bytes + compressed(name), 0);
  const lazy = [...all.keys()].filter((name) => name.endsWith(".js") && !initial.has(name));
  const sizes = { initial: sum([...initial]), lazy: sum(lazy) };
  rmSync(folder, { recursive: true, force: true });
  return sizes;
}
