/**
 * Owns the few calls this adapter makes of node-postgres. The pool stays the application's: its size, its TLS, its end.
 */
export type PostgresValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly (string | number | bigint | boolean | null)[];

/** BIGINT columns come as text, DOUBLE PRECISION as `number`. */
export type PostgresRow = Readonly<Record<string, unknown>>;

export interface PostgresQuery {
  /** Prepared once per connection under this name. */
  readonly name?: string;
  readonly text: string;
  readonly values?: PostgresValue[];
}

export interface PostgresResult {
  readonly rows: readonly PostgresRow[];
}

export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  /** `true`: the connection is broken and goes. */
  release(destroy?: boolean): void;
}

/** A `Pool` of `pg`. */
export interface PostgresPool {
  /** By a callback: in the turn in which a connection is there it may be lost as well, and an error nobody hears is fatal. */
  connect(taken: (error: Error | undefined, client: PostgresClient | undefined) => void): void;
  query(query: PostgresQuery): Promise<PostgresResult>;
}

/** All of `work` or nothing. A connection on which not even ROLLBACK worked is not used again. */
export async function inTransaction<Result>(
  pool: PostgresPool,
  begin: string,
  work: (client: PostgresClient) => Promise<Result>,
): Promise<Result> {
  const client = await take(pool);
  let broken = false;
  try {
    await client.query({ text: begin });
    const result = await work(client);
    await client.query({ text: "COMMIT" });
    return result;
  } catch (error) {
    broken = await client.query({ text: "ROLLBACK" }).then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.off("error", isToldAnyway);
    client.release(broken);
  }
}

function take(pool: PostgresPool): Promise<PostgresClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) {
        reject(error);
        return;
      }
      client.on("error", isToldAnyway);
      resolve(client);
    });
  });
}

/** By the statement that waits for its answer, and by each one that is sent after it. */
function isToldAnyway(): void {}
