export type { PostgresStorageOptions } from "./open-schema.ts";
export type {
  PostgresClient,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
  PostgresRow,
  PostgresValue,
} from "./pool.ts";
export { postgresDirectory } from "./postgres-directory.ts";
export { postgresStorage, type ServerStorage } from "./postgres-storage.ts";
