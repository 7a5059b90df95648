export { describeDirectoryConformance } from "./describe-directory-conformance.ts";
export { describeMessageRowConformance } from "./describe-message-row-conformance.ts";
export { describeStorageConformance, type StorageConformanceOptions } from "./describe-storage-conformance.ts";
