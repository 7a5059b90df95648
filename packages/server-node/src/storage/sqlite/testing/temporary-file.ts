import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryFile {
  readonly path: string;
  /** Deletes the file and whatever the database put beside it. */
  remove(): void;
}

/** A place for a database that does not exist yet. */
export function temporaryFile(): TemporaryFile {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-sqlite-"));
  return { path: join(folder, "chat.db"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
