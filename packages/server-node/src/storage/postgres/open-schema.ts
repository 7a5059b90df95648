/**
 * Owns what has to be so before the tables are used: a schema whose name needs no quotes, the primary, values as
 * PostgreSQL sends them, and tables of this version, made or migrated if need be.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { PostgresPool } from "./pool.ts";
import { checkSchemaName, migrate } from "./schema.ts";
import { storageError } from "./storage-error.ts";

export interface PostgresStorageOptions {
  /** A `Pool` of `pg`. It stays the caller's: its size, its TLS, its `error` listener, its end. */
  readonly pool: PostgresPool;
  /** Schema of the tables, made when it is missing. Default `"sessionstream"`. */
  readonly schema?: string;
}

/** `open`: makes what works on the tables. @throws invalid_options, storage_unavailable */
export async function openSchema<Adapter>(
  { pool, schema = "sessionstream" }: PostgresStorageOptions,
  open: (pool: PostgresPool, schema: string) => Adapter | Promise<Adapter>,
): Promise<Adapter> {
  try {
    checkSchemaName(schema);
    await checkPool(pool);
    await migrate(pool, schema);
    return await open(pool, schema);
  } catch (error) {
    throw storageError(error);
  }
}

const PROBE =
  "SELECT pg_is_in_recovery() AS replica, 9007199254740993::bigint AS ordinal, 0.5::double precision AS real, true AS flag";

async function checkPool(pool: PostgresPool): Promise<void> {
  const [{ replica, ordinal, real, flag } = {}] = (await pool.query({ text: PROBE })).rows;
  // What a replica shows is some time ago: a hub would decide on it, and a client would be told of a lost log.
  if (replica === true) {
    throw invalid("leads to a replica. Sessions are read where they are written: connect it to the primary.");
  }
  // Else every row would look damaged later, or an ordinal would be another one.
  const isExact = ordinal === "9007199254740993" || ordinal === 9_007_199_254_740_993n;
  if (isExact && real === 0.5 && flag === true) return;
  throw invalid(
    "has type parsers that change numbers. Give it parsers of its own (`types`): BIGINT as text or bigint, DOUBLE PRECISION " +
      "as a number, BOOLEAN as a boolean.",
  );
}

function invalid(problem: string): SessionStreamError {
  return new SessionStreamError("invalid_options", `The pool ${problem}`);
}
