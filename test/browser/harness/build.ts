/**
 * Owns what the browser tests run: the example's pages and server as its users get them, and the pages of this folder.
 * Built once per run, into a folder of its own.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const example = fileURLToPath(new URL("../../../examples/existing-app/", import.meta.url));
const consumers = fileURLToPath(new URL("../fixtures/consumers/", import.meta.url));
const hostile = fileURLToPath(new URL("../fixtures/hostile/", import.meta.url));

export interface Built {
  /** Where a server is started: its pages are in `dist`. */
  readonly folder: string;
  readonly server: string;
  remove(): void;
}

export async function buildAll(): Promise<Built> {
  // Below node_modules, so that the server finds its SQLite driver.
  const cache = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "browser-"));
  await withNodeEnv("production", () => buildPage(example, join(folder, "dist")));
  await withNodeEnv("production", () => buildPage(hostile, join(folder, "dist", "hostile"), "/hostile/"));
  // React checks effects twice only in development.
  await withNodeEnv("development", () => buildPage(consumers, join(folder, "dist", "consumers"), "/consumers/"));
  await buildServer(join(example, "server", "main.ts"), folder);
  return {
    folder,
    server: join(folder, "main.js"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function buildPage(root: string, outDir: string, base = "/"): Promise<void> {
  const configFile = join(example, "vite.config.ts");
  await build({ root, base, configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
}

/** One file: a server is started many times, and each start would compile two hundred. */
async function buildServer(entry: string, outDir: string): Promise<void> {
  const resolve = { conditions: ["@sessionstream/source", "node"] };
  await build({
    configFile: false,
    logLevel: "error",
    root: example,
    publicDir: false,
    resolve,
    ssr: { noExternal: true, resolve },
    build: { ssr: entry, outDir, emptyOutDir: false },
  });
}

/** Vite and React take their mode from the process, which a test runner has set to its own. */
async function withNodeEnv(mode: string, work: () => Promise<void>): Promise<void> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = mode;
  try {
    await work();
  } finally {
    process.env.NODE_ENV = before;
  }
}
