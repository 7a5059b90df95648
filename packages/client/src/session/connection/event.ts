/** Owns what can happen to the connection, and what the machine may know of the world while deciding. */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { HelloFrame } from "../../decode/server-frame.ts";

export type ConnectionEvent =
  /** The first session is followed, or one more. */
  | { readonly type: "wanted" }
  /** The last one was let go. */
  | { readonly type: "unwanted" }
  | { readonly type: "closed" }
  /** Somebody does not want to wait. */
  | { readonly type: "retry" }
  /** Network back, page visible or thawed: a good moment. */
  | { readonly type: "wake" }
  | { readonly type: "offline" }
  /** The page is left. Some browsers keep none with an open socket; others keep it, and would show it as live again. */
  | { readonly type: "pagehide" }
  | { readonly type: "hello"; readonly generation: number; readonly hello: HelloFrame }
  | { readonly type: "lost"; readonly generation: number; readonly code: number }
  | { readonly type: "authenticated" }
  | { readonly type: "auth-expiring" }
  /** There is nothing to connect with. */
  | { readonly type: "unopenable"; readonly error: SessionStreamError }
  /** A session is live. */
  | { readonly type: "live" }
  | { readonly type: "server-error"; readonly error: SessionStreamError }
  | { readonly type: "draining"; readonly afterMs: number }
  | { readonly type: "refreshed"; readonly ok: boolean }
  | { readonly type: "timer" };

export interface ConnectionContext {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly monotonic: number;
  /** Monotonic time of the last sign of life. */
  readonly lastInbound: number;
  readonly random: number;
  readonly online: boolean;
  /** There is a way to get another token. */
  readonly canRefresh: boolean;
  /** There is something to show to a server that asks on the socket who we are. */
  readonly canIntroduce: boolean;
  /** There is a way to show something fresh later. */
  readonly canRenew: boolean;
}
