import type { SessionHead, SessionKey } from "../contract.ts";
import { integer, readHead } from "../rows.ts";
import { HEAD, namesOf } from "./columns.ts";
import type { PostgresClient } from "./pool.ts";

export interface FoundSession {
  /** Stands for tenant and session in the other tables. */
  readonly key: bigint;
  readonly head: SessionHead;
}

export async function findSession(
  client: Pick<PostgresClient, "query">,
  schema: string,
  { tenant, session }: SessionKey,
): Promise<FoundSession | null> {
  const { rows } = await client.query({
    text: `SELECT key, ${namesOf(HEAD)} FROM ${schema}.session WHERE tenant = $1 AND session = $2`,
    values: [tenant, session],
  });
  const [row] = rows;
  return row === undefined ? null : { key: integer(row, "key"), head: readHead(row) };
}
