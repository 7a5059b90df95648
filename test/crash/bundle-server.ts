import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

export interface BundledServer {
  readonly program: string;
  remove(): void;
}

/** Bundles the server once: it is started many times, and each start would compile a hundred files. */
export async function bundleServer(): Promise<BundledServer> {
  const entry = fileURLToPath(new URL("./crash-server.ts", import.meta.url));
  // Below node_modules, so that the program finds its SQLite driver.
  const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, "crash-server-"));
  const resolve = { conditions: ["@sessionstream/source", "node"] };
  await build({
    configFile: false,
    logLevel: "error",
    root: dirname(entry),
    resolve,
    ssr: { noExternal: true, resolve },
    build: { ssr: entry, outDir, emptyOutDir: true },
  });
  return { program: join(outDir, "crash-server.js"), remove: () => rmSync(outDir, { recursive: true, force: true }) };
}
