/**
 * A doorbell over Redis' publish and subscribe. Redis never holds the only copy of anything: flushed, paused or gone,
 * it costs seconds. A channel is a tenant's digest under a prefix.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Doorbell, DoorbellListener } from "../contract.ts";
import { readNotice, writeNotice } from "../notice-text.ts";

/** What is used of an ioredis client. It stays the application's. */
export interface RedisClient {
  publish(channel: string, message: string): Promise<unknown>;
  /** Another connection to the same server. */
  duplicate(options: { readonly autoResubscribe: false; readonly enableReadyCheck: false }): RedisSubscriber;
}

/** A connection that subscribes. It comes back by itself when it is cut, and then says `ready` again. */
export interface RedisSubscriber {
  psubscribe(pattern: string): Promise<unknown>;
  on(event: "pmessage", listener: (pattern: string, channel: string, message: string) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "ready" | "close", listener: () => void): unknown;
  disconnect(): void;
}

export interface RedisDoorbellOptions {
  readonly client: RedisClient;
  /** Of the channels: hubs of one storage have one, of others another. Default `"sessionstream:"`. */
  readonly prefix?: string;
}

/** What is shown beside the log and is larger does not travel. */
const MAX_BYTES = 16 * 1024;
/** A client that is cut off keeps what it is given; what it cannot send soon is worth nothing. */
const MAX_UNANSWERED = 1_000;

export function redisDoorbell({ client, prefix = "sessionstream:" }: RedisDoorbellOptions): Doorbell {
  let unanswered = 0;
  return {
    async ring(notice) {
      const written = writeNotice(notice, MAX_BYTES);
      if (written === null) return;
      if (unanswered >= MAX_UNANSWERED) throw new SessionStreamError("busy", "Redis does not answer");
      unanswered += 1;
      try {
        await client.publish(prefix + written.address, written.text);
      } finally {
        unanswered -= 1;
      }
    },
    listen: (listener) => subscribe(client, prefix, listener),
  };
}

function subscribe(client: RedisClient, prefix: string, listener: DoorbellListener): () => void {
  const subscriber = client.duplicate({ autoResubscribe: false, enableReadyCheck: false });
  let stopped = false;
  let reason: unknown = new SessionStreamError("closed", "The connection to Redis was closed");
  const fail = (error: unknown) => {
    if (!stopped) listener.disconnected(error);
  };
  subscriber.on("pmessage", (_, channel, text) => {
    if (stopped) return;
    const notice = readNotice({ address: channel.slice(prefix.length), text }, (digest) => listener.tenantOf(digest));
    if (notice !== null) listener.heard(notice);
  });
  subscriber.on("error", (error) => {
    reason = error;
  });
  subscriber.on("close", () => fail(reason));
  subscriber.on("ready", () => {
    subscriber.psubscribe(`${escaped(prefix)}*`).then(() => {
      if (!stopped) listener.connected();
    }, fail);
  });
  return () => {
    stopped = true;
    subscriber.disconnect();
  };
}

/** As a pattern that means itself. */
function escaped(prefix: string): string {
  return prefix.replace(/[\\*?[\]]/g, "\\$&");
}
