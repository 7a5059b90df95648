/**
 * A doorbell over PostgreSQL's NOTIFY: never inside the transaction that stores, because a full queue fails a COMMIT and
 * every COMMIT with a NOTIFY waits for one lock. One connection of the pool listens, as long as it lives.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Doorbell, DoorbellListener } from "../contract.ts";
import { readNotice, writeNotice } from "../notice-text.ts";

/** What is used of a `Pool` of `pg`. It stays the application's. */
export interface NotifyingPool {
  query(text: string, values: string[]): Promise<unknown>;
  /** By a callback: in the turn in which a connection is there it may be lost as well, and an error nobody hears is fatal. */
  connect(taken: (error: Error | undefined, client: ListeningClient | undefined) => void): void;
}

export interface ListeningClient {
  query(text: string): Promise<unknown>;
  on(event: "notification", listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  /** `true`: the connection goes. */
  release(destroy: true): void;
}

export interface PostgresDoorbellOptions {
  readonly pool: NotifyingPool;
  /** Hubs of one storage have one, of others another. Default `"sessionstream"`. */
  readonly channel?: string;
  /** Calls back once after `delayMs`; the returned function cancels. Default: a timer of Node. */
  readonly setTimer?: (delayMs: number, callback: () => void) => () => void;
}

/** PostgreSQL allows 8,000 bytes, the address included. */
const MAX_BYTES = 7_900;
const MAX_UNANSWERED = 1_000;
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5_000;

export function postgresDoorbell(options: PostgresDoorbellOptions): Doorbell {
  const { pool, channel = "sessionstream", setTimer = nodeTimer } = options;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(channel)) {
    const message = `"${channel}" is no channel name: take a-z, 0-9 and _, at most 63 of them, not beginning with a digit.`;
    throw new SessionStreamError("invalid_options", message);
  }
  let unanswered = 0;
  return {
    async ring(notice) {
      const written = writeNotice(notice, MAX_BYTES);
      if (written === null) return;
      if (unanswered >= MAX_UNANSWERED) throw new SessionStreamError("busy", "PostgreSQL does not answer");
      unanswered += 1;
      try {
        await pool.query("SELECT pg_notify($1, $2)", [channel, `${written.address} ${written.text}`]);
      } finally {
        unanswered -= 1;
      }
    },
    listen: (listener) => keepListening(pool, channel, setTimer, listener),
  };
}

/** Listens, and when the connection is lost, listens again, later each time until it works. */
function keepListening(
  pool: NotifyingPool,
  channel: string,
  setTimer: NonNullable<PostgresDoorbellOptions["setTimer"]>,
  listener: DoorbellListener,
): () => void {
  let stopped = false;
  let stop = () => {};
  let failures = 0;

  function begin(): void {
    pool.connect((error, client) => {
      if (client === undefined) lose(error);
      else void listenOn(client);
    });
  }

  async function listenOn(client: ListeningClient): Promise<void> {
    let over = false;
    const end = (error: unknown) => {
      if (over) return;
      over = true;
      client.release(true);
      lose(error);
    };
    stop = () => {
      if (!over) client.release(true);
      over = true;
    };
    if (stopped) {
      stop();
      return;
    }
    client.on("error", end);
    client.on("end", () => end(new SessionStreamError("closed", "The connection to PostgreSQL was closed")));
    client.on("notification", ({ payload = "" }) => {
      if (!over) hear(payload);
    });
    try {
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      end(error);
      return;
    }
    if (over) return;
    failures = 0;
    listener.connected();
  }

  function hear(payload: string): void {
    const space = payload.indexOf(" ");
    const written = { address: payload.slice(0, space), text: payload.slice(space + 1) };
    const notice = readNotice(written, (digest) => listener.tenantOf(digest));
    if (notice !== null) listener.heard(notice);
  }

  function lose(error: unknown): void {
    if (stopped) return;
    const delayMs = Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MOST_MS);
    failures += 1;
    stop = setTimer(delayMs, begin);
    listener.disconnected(error);
  }

  begin();
  return () => {
    stopped = true;
    stop();
  };
}

function nodeTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}
