export { describeStorageConformance, type StorageConformanceOptions } from "./describe-storage-conformance.ts";
