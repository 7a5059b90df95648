/** Owns the hostile documents: one file per family, each entry a text, or pieces of it with how often they repeat. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface HostileDocument {
  /** Family and place in its file. */
  readonly name: string;
  readonly family: string;
  readonly text: string;
}

type Piece = string | readonly [text: string, times: number];
type Entry = string | readonly Piece[];

const folder = join(import.meta.dirname, "corpus");

export function readCorpus(): readonly HostileDocument[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const family = file.replace(/\.json$/, "");
      // CAST: the files of this folder are written in this form.
      const entries = JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Entry[];
      return entries.map((entry, index) => ({ name: `${family}/${index + 1}`, family, text: textOf(entry) }));
    });
}

function textOf(entry: Entry): string {
  if (typeof entry === "string") return entry;
  return entry.map((piece) => (typeof piece === "string" ? piece : piece[0].repeat(piece[1]))).join("");
}
