// Owns the answer to "is this program on PATH?".
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first of `names` in the first folder of PATH that has one. */
export function findProgram(...names: readonly string[]): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const found = names.map((name) => join(folder, name)).find((path) => folder !== "" && isExecutable(path));
    if (found !== undefined) return found;
  }
  return null;
}
