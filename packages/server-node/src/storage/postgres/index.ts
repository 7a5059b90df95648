export type {
  PostgresClient,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
  PostgresRow,
  PostgresValue,
} from "./pool.ts";
export { postgresDirectory } from "./postgres-directory.ts";
export { type PostgresStorageOptions, postgresStorage, type ServerStorage } from "./postgres-storage.ts";
