import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";

/** @param schema Where the tables are: the tests give each case its own. */
export function openDatabase(url: string, schema: string): { readonly db: NodePgDatabase; readonly pool: pg.Pool } {
  const pool = new pg.Pool({ connectionString: url, max: 10, options: `-c search_path=${schema}` });
  // A connection that the database ends says so, idle or in use; what nobody hears ends the process.
  pool.on("error", (error) => console.error("PostgreSQL", error));
  pool.on("connect", (client) => client.on("error", () => undefined));
  return { db: drizzle({ client: pool }), pool };
}
