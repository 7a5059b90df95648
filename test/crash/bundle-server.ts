import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

export interface BundledServer {
  /** What `node` runs. */
  readonly program: string;
  remove(): void;
}

/** Bundles the server once: it is started many times, and each start would compile a hundred files. */
export async function bundleServer(source: URL): Promise<BundledServer> {
  const entry = fileURLToPath(source);
  const name = basename(entry, ".ts");
  // Below node_modules, so that the program finds the drivers of its databases.
  const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, `${name}-`));
  const resolve = { conditions: ["@sessionstream/source", "node"] };
  await build({
    configFile: false,
    logLevel: "error",
    root: dirname(entry),
    resolve,
    ssr: { noExternal: [/^@sessionstream\//, "@bufbuild/protobuf"], resolve },
    build: { ssr: entry, outDir, emptyOutDir: true },
  });
  return { program: join(outDir, `${name}.js`), remove: () => rmSync(outDir, { recursive: true, force: true }) };
}
