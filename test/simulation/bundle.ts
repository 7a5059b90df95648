/** Bundles the simulator with the production sources, as they are or with one of them changed; that is what is run. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

export interface BundledSimulator {
  readonly program: string;
  remove(): void;
}

export async function bundleSimulator(plugin?: Plugin): Promise<BundledSimulator> {
  const entry = fileURLToPath(new URL("./run/play-seeds.ts", import.meta.url));
  const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, "simulator-"));
  const resolve = { conditions: ["@sessionstream/source", "node"] };
  const remove = () => rmSync(outDir, { recursive: true, force: true });
  try {
    await build({
      configFile: false,
      logLevel: "error",
      root: dirname(entry),
      resolve,
      ...(plugin === undefined ? {} : { plugins: [plugin] }),
      ssr: { noExternal: true, resolve },
      build: { ssr: entry, outDir, emptyOutDir: true, minify: false },
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { program: join(outDir, "play-seeds.js"), remove };
}
