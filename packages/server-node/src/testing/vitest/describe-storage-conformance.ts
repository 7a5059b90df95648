/** Owns the suite as Vitest tests: one per clause; a case that cannot run says which and why. */
import { describe, it } from "vitest";
import type { OpenStore, StorageHarness } from "../storage-conformance/harness.ts";
import { CASE_TIMEOUT_MS, runStorageCase, skipReason } from "../storage-conformance/run-case.ts";
import { storageConformanceCases } from "../storage-conformance/storage-conformance-cases.ts";
import { measureStorage, type StorageConformanceOptions, timingReport } from "../storage-conformance/timings.ts";

export function describeStorageConformance<Store extends OpenStore>(
  name: string,
  harness: StorageHarness<Store>,
  options: StorageConformanceOptions = {},
): void {
  describe(`storage conformance: ${name}`, () => {
    for (const item of storageConformanceCases) {
      const title = `${item.id} ${item.title}`;
      const reason = skipReason(item, harness);
      if (reason === null) it(title, () => runStorageCase(item, harness), CASE_TIMEOUT_MS);
      else it.skip(`${title} (not run: ${reason})`);
    }
    if (options.timings) {
      const report = async () => {
        // biome-ignore lint/suspicious/noConsole: it was asked for, and a reporter shows nothing of a test that passes
        console.info(timingReport(name, await measureStorage(harness)));
      };
      it("timings, to be read", report, CASE_TIMEOUT_MS);
    }
  });
}
