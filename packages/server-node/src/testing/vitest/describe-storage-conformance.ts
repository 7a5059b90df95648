/** Owns the suite as Vitest tests: one per clause; a case that cannot run says which and why. */
import { describe, it } from "vitest";
import type { OpenStore, StorageHarness } from "../storage-conformance/harness.ts";
import { runStorageCase, skipReason } from "../storage-conformance/run-case.ts";
import { storageConformanceCases } from "../storage-conformance/storage-conformance-cases.ts";

const CASE_TIMEOUT_MS = 30_000;

export function describeStorageConformance<Store extends OpenStore>(
  name: string,
  harness: StorageHarness<Store>,
): void {
  describe(`storage conformance: ${name}`, () => {
    for (const item of storageConformanceCases) {
      const title = `${item.id} ${item.title}`;
      const reason = skipReason(item, harness);
      if (reason === null) it(title, () => runStorageCase(item, harness), CASE_TIMEOUT_MS);
      else it.skip(`${title} (not run: ${reason})`);
    }
  });
}
