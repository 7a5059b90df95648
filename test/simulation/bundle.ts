/** Bundles the simulator with the production sources, as they are or with one of them changed; that is what is run. */
import type { Plugin } from "vite";
import { type BundledProgram, bundleProgram } from "../setup/bundle-program.ts";

/** All in one file: nothing else has to be found and read at each start. */
export function bundleSimulator(...plugins: readonly Plugin[]): Promise<BundledProgram> {
  return bundleProgram(new URL("./run/play-seeds.ts", import.meta.url), { plugins, noExternal: true });
}
