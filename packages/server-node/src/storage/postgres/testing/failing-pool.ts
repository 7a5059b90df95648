/** Owns a pool whose n-th statement fails, before it takes effect. */
import type { FaultInjector } from "../../../testing/storage-conformance/harness.ts";
import { nthFailure } from "../../testing/nth-failure.ts";
import type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from "../pool.ts";

export interface FailingPool extends FaultInjector {
  readonly pool: PostgresPool;
}

export function failingPool(inner: PostgresPool): FailingPool {
  const { pass, ...faults } = nthFailure();

  const send = async (client: Pick<PostgresClient, "query">, query: PostgresQuery): Promise<PostgresResult> => {
    pass();
    return client.query(query);
  };

  const through = (client: PostgresClient): PostgresClient => ({
    query: (query) => send(client, query),
    on: (event, listener) => client.on(event, listener),
    off: (event, listener) => client.off(event, listener),
    release: (destroy) => client.release(destroy),
  });

  return {
    pool: {
      query: (query) => send(inner, query),
      connect: (taken) => inner.connect((error, client) => taken(error, client && through(client))),
    },
    ...faults,
  };
}
