export { checkedModule } from "./checked-module.ts";
export { type DirectoryCase, directoryCases } from "./directory-conformance/directory-cases.ts";
export { type ManualPlatform, type ManualPlatformOptions, manualPlatform } from "./manual-platform.ts";
export { type MessageRowCase, messageRowCases, rowSkipReason } from "./message-row-conformance/message-row-cases.ts";
export type { AbilityName, FaultInjector, Missing, OpenStore, StorageHarness } from "./storage-conformance/harness.ts";
export { runStorageCase, skipReason } from "./storage-conformance/run-case.ts";
export type { StorageCase } from "./storage-conformance/storage-case.ts";
export { serveStorageChild } from "./storage-conformance/storage-child.ts";
export { storageConformanceCases } from "./storage-conformance/storage-conformance-cases.ts";
