export type {
  PostgresClient,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
  PostgresRow,
  PostgresValue,
} from "./pool.ts";
export { type PostgresStorageOptions, postgresStorage } from "./postgres-storage.ts";
