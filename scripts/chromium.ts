// Owns the answer to "is there a Chromium to test with?" for everything that drives one: the stories, the browser tests.
import { findProgram, isExecutable } from "./find-program.ts";

/** Keep Chromium from calling out, and let it run as root, as in a container. */
export const chromiumArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** CHROMIUM_PATH, else the first Chromium on PATH, else null. */
export function findChromium(): string | null {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== "") {
    if (!isExecutable(chosen)) throw new Error(`CHROMIUM_PATH is ${chosen}, which is not an executable file`);
    return chosen;
  }
  return findProgram("chromium", "chromium-browser", "google-chrome");
}
