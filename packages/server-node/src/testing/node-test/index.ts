export { describeStorageConformance } from "./describe-storage-conformance.ts";
