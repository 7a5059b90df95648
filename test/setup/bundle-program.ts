/**
 * Owns making one file of a program that tests start as a process of its own, many times: each start from source would
 * compile a hundred files. What the program is, its starter knows.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

export interface BundledProgram {
  /** What `node` runs. */
  readonly program: string;
  remove(): void;
}

export interface BundleOptions {
  readonly plugins?: readonly Plugin[];
  /** What goes into the file; the rest is found where the tests find it. Default: what is ours, and protobuf. */
  readonly noExternal?: true | (string | RegExp)[];
}

const OURS = [/^@sessionstream\//, "@bufbuild/protobuf"];

export async function bundleProgram(source: URL, options: BundleOptions = {}): Promise<BundledProgram> {
  const { plugins = [], noExternal = OURS } = options;
  const entry = fileURLToPath(source);
  const name = basename(entry, ".ts");
  // Below node_modules, so that the program finds the drivers of its databases.
  const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, `${name}-`));
  const remove = () => rmSync(outDir, { recursive: true, force: true });
  const resolve = { conditions: ["@sessionstream/source", "node"] };
  try {
    await build({
      configFile: false,
      logLevel: "error",
      root: dirname(entry),
      resolve,
      plugins: [...plugins],
      ssr: { noExternal, resolve },
      build: { ssr: entry, outDir, emptyOutDir: true, minify: false },
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { program: join(outDir, `${name}.js`), remove };
}
