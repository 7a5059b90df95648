import { defineConfig } from "tsup";
import { packageBuild } from "../../scripts/tsup-preset.ts";

export default defineConfig(
  packageBuild({
    // Bundlers with server components must treat every entry as browser code: esbuild drops directives inside modules.
    banner: { js: '"use client";' },
  }),
);
