/** Owns the search for planted defects: with each in turn, histories from the first seed on until one breaks its promise. */
import { dealOut } from "../../setup/deal-out.ts";
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

/** Several at a time; `heard` gets each as it is decided. @returns all, in the order of the list. */
export async function findDefects(
  search: { readonly first: number; readonly most: number; readonly processes: number },
  heard: (found: Found) => void,
): Promise<readonly Found[]> {
  const { program, remove } = await bundleSimulator(plantDefects(DEFECTS));
  const range = [String(search.first), String(search.most)];
  try {
    return await dealOut(DEFECTS, search.processes, async ({ id, name, breaks }) => {
      const { broken } = await runSimulator(program, ["--defect", id, ...range, "--until", breaks]);
      const found = { id, name, by: broken.find(({ invariant }) => invariant === breaks) ?? null };
      heard(found);
      return found;
    });
  } finally {
    remove();
  }
}
