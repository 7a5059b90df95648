import { describe, it } from "vitest";
import type { SessionDirectory } from "../../directory/contract.ts";
import { directoryCases } from "../directory-conformance/directory-cases.ts";

/** Runs the exam of a directory; `open` makes one nobody has written to, once per case. */
export function describeDirectoryConformance(
  name: string,
  open: () => SessionDirectory | Promise<SessionDirectory>,
): void {
  describe(`directory conformance: ${name}`, () => {
    for (const item of directoryCases) {
      it(`${item.id} ${item.title}`, async () => {
        const directory = await open();
        await item.run(directory);
        await directory.close();
      });
    }
  });
}
