/** Owns the search for planted defects: with each in turn, histories from the first seed on until one breaks its promise. */
import { bundleSimulator } from "../bundle.ts";
import { type Broken, runSimulator } from "../simulator.ts";
import { plantDefects } from "./defect.ts";
import { DEFECTS } from "./defects.ts";

/** What a simulator that is worth its name needs at most. */
export const BLIND_HISTORIES = 500;

export interface Found {
  readonly id: string;
  readonly name: string;
  /** `null`: not within the bound. */
  readonly by: Broken | null;
}

/** Several at a time; `heard` gets each as it is decided. */
export async function findDefects(
  search: { readonly first: number; readonly most: number; readonly processes: number },
  heard: (found: Found) => void,
): Promise<void> {
  const { program, remove } = await bundleSimulator(plantDefects(DEFECTS));
  const waiting = [...DEFECTS];
  try {
    await Promise.all(
      Array.from({ length: search.processes }, async () => {
        for (let defect = waiting.shift(); defect !== undefined; defect = waiting.shift()) {
          const { id, name, breaks } = defect;
          const range = [String(search.first), String(search.most), "--until", breaks];
          const { broken } = await runSimulator(program, ["--defect", id, ...range]);
          heard({ id, name, by: broken.find(({ invariant }) => invariant === breaks) ?? null });
        }
      }),
    );
  } finally {
    remove();
  }
}
