/** Owns the suite as tests of Node's own runner: one per clause; a case that cannot run says which and why. */
import { describe, it } from "node:test";
import type { OpenStore, StorageHarness } from "../storage-conformance/harness.ts";
import { CASE_TIMEOUT_MS, runStorageCase, skipReason } from "../storage-conformance/run-case.ts";
import { storageConformanceCases } from "../storage-conformance/storage-conformance-cases.ts";
import { measureStorage, type StorageConformanceOptions, timingReport } from "../storage-conformance/timings.ts";

export function describeStorageConformance<Store extends OpenStore>(
  name: string,
  harness: StorageHarness<Store>,
  options: StorageConformanceOptions = {},
): void {
  // The runner waits for what it is given by itself, and returns promises only to those who nest tests.
  void describe(`storage conformance: ${name}`, () => {
    for (const item of storageConformanceCases) {
      const reason = skipReason(item, harness);
      const settings = { timeout: CASE_TIMEOUT_MS, ...(reason !== null && { skip: reason }) };
      void it(`${item.id} ${item.title}`, settings, () => runStorageCase(item, harness));
    }
    if (options.timings) {
      void it("timings, to be read", { timeout: CASE_TIMEOUT_MS }, async (context) => {
        context.diagnostic(timingReport(name, await measureStorage(harness)));
      });
    }
  });
}
