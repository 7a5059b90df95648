/** Owns a pool whose n-th statement fails, before it takes effect. */
import type { FaultInjector } from "../../../testing/storage-conformance/harness.ts";
import type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from "../pool.ts";

export interface FailingPool extends FaultInjector {
  readonly pool: PostgresPool;
}

export function failingPool(inner: PostgresPool): FailingPool {
  let untilFailure = 0;
  let fired = false;

  const pass = (client: Pick<PostgresClient, "query">, query: PostgresQuery): Promise<PostgresResult> => {
    if (untilFailure === 0 || --untilFailure > 0) return client.query(query);
    fired = true;
    return Promise.reject(new Error("injected failure"));
  };

  const through = (client: PostgresClient): PostgresClient => ({
    query: (query) => pass(client, query),
    on: (event, listener) => client.on(event, listener),
    off: (event, listener) => client.off(event, listener),
    release: (destroy) => client.release(destroy),
  });

  return {
    pool: {
      query: (query) => pass(inner, query),
      connect: (taken) => inner.connect((error, client) => taken(error, client && through(client))),
    },
    failAt: (n) => {
      untilFailure = n;
      fired = false;
    },
    fired: () => fired,
    clear: () => {
      untilFailure = 0;
    },
  };
}
