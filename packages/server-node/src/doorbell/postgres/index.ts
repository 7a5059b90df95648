export {
  type ListeningClient,
  type NotifyingPool,
  type PostgresDoorbellOptions,
  postgresDoorbell,
} from "./postgres-doorbell.ts";
