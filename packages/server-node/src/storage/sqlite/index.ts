export type { ReadBigIntsHandle, SafeIntegersHandle, SqliteHandle } from "./driver.ts";
export type { Synchronous } from "./open-connection.ts";
export { type SqliteDirectoryOptions, sqliteDirectory } from "./sqlite-directory.ts";
export {
  type EmbeddedStorage,
  type SqliteDatabaseOptions,
  type SqliteFileOptions,
  sqliteStorage,
} from "./sqlite-storage.ts";
