import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Reads the packages' sources through their own export condition, so that the demo needs no build of them. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["@sessionstream/source", "module", "browser", "development|production"] },
  build: { outDir: "dist", chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": { target: "http://localhost:8787", ws: true } } },
});
