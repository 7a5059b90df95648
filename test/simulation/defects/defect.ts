/**
 * Owns planting defects: each is an edit of a production source, made while it is bundled and switched on by name when
 * the bundle runs. The sources themselves know nothing of it; an edit that finds no place any more fails the build.
 */
import type { Plugin } from "vite";
import type { InvariantId } from "../run/violation.ts";

interface Edit {
  /** Below the repository. */
  readonly file: string;
  /** Occurs once. */
  readonly find: string;
  /** `$on` stands for: this defect is switched on. */
  readonly replace: string;
}

export interface Defect {
  /** The number it has in the list of seeded bugs. */
  readonly id: string;
  readonly name: string;
  /** The promise it breaks: by that one it has to be found, whatever others it breaks. */
  readonly breaks: InvariantId;
  readonly edits: readonly Edit[];
}

export function plantDefects(defects: readonly Defect[]): Plugin {
  const edits = defects.flatMap(({ id, edits: all }) => all.map((edit) => ({ id, ...edit })));
  const made = new Set<(typeof edits)[number]>();
  return {
    name: "plant-defects",
    enforce: "pre",
    transform(code, id) {
      const [path = ""] = id.split("?");
      let text = code;
      for (const edit of edits) {
        if (!path.endsWith(`/${edit.file}`)) continue;
        const parts = text.split(edit.find);
        if (parts.length !== 2) {
          throw new Error(`Defect ${edit.id}: "${edit.find}" occurs ${parts.length - 1} times in ${edit.file}`);
        }
        text = parts.join(edit.replace.replaceAll("$on", `(globalThis.plantedDefect === "${edit.id}")`));
        made.add(edit);
      }
      return text === code ? null : { code: text, map: null };
    },
    buildEnd(error) {
      if (error !== undefined) return;
      const missed = edits.find((edit) => !made.has(edit));
      if (missed !== undefined) throw new Error(`Defect ${missed.id}: ${missed.file} is not part of the simulator`);
    },
  };
}
