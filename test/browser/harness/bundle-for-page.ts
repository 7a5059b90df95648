/** Owns how a module of ours becomes a script of a page, with its exports under one global name. */
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export async function bundleForPage(entry: string, name: string): Promise<string> {
  const bundles = await build({
    root,
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@sessionstream/source", "browser"] },
    build: { write: false, lib: { entry, name, formats: ["iife"] } },
  });
  // CAST: one entry in one format, not watched, is one list of one bundle.
  const [bundle] = bundles as readonly { readonly output: readonly { readonly code: string }[] }[];
  return bundle?.output[0]?.code ?? "";
}
