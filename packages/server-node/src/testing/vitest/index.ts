export type { StorageConformanceOptions } from "../storage-conformance/timings.ts";
export { describeDirectoryConformance } from "./describe-directory-conformance.ts";
export { describeMessageRowConformance } from "./describe-message-row-conformance.ts";
export { describeStorageConformance } from "./describe-storage-conformance.ts";
