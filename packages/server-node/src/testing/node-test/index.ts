export type { StorageConformanceOptions } from "../storage-conformance/timings.ts";
export { describeStorageConformance } from "./describe-storage-conformance.ts";
