/**
 * Owns what the one connection of a client can be in. Whether any session wants it is part of the state (`idle`), what
 * those sessions do with it is not.
 */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { Peer } from "../state.ts";

interface Counted {
  /** Number of the last socket: events of an older one are nobody's (F-C14). */
  readonly generation: number;
}

interface Trying extends Counted {
  /** Tries that failed since a session was last live. */
  readonly attempt: number;
  /** Close code of a kind that may not come twice in a row; 0 for none. */
  readonly strike: number;
}

/** What the server said about the connection before it closed it. */
export interface Notice {
  readonly error: SessionStreamError | null;
  readonly drainMs: number;
}

export const NO_NOTICE: Notice = { error: null, drainMs: 0 };

/** Why nothing is tried right now. Hidden pages stay connected: a hidden page is no reason. */
export type WaitReason = "lost" | "offline" | "refused";

export type ConnectionState =
  /** Nobody wants a connection. */
  | (Counted & { readonly type: "idle" })
  /** A socket is opening, or open and silent. */
  | (Trying & { readonly type: "connecting" })
  /** The server said hello, and is told who we are. */
  | (Trying & { readonly type: "authenticating"; readonly peer: Peer; readonly quietMs: number })
  /** The server said hello, and knows who we are. */
  | (Trying & {
      readonly type: "open";
      readonly peer: Peer;
      /** How long silence is normal. */
      readonly quietMs: number;
      /** When we asked into a silence; `null` while there is none. */
      readonly probedAt: number | null;
      readonly notice: Notice;
    })
  | (Trying & {
      readonly type: "waiting";
      readonly reason: WaitReason;
      /** For display. */
      readonly retryAt: number;
      /** Monotonic; the server asked for this much. */
      readonly notBefore: number;
    })
  /** The app is getting another token. */
  | (Trying & { readonly type: "refreshing"; readonly retryAt: number })
  /** Only the app can start again. */
  | (Counted & { readonly type: "failed"; readonly error: SessionStreamError })
  | (Counted & { readonly type: "closed" });

export type ConnectionStateOf<Type extends ConnectionState["type"]> = Extract<ConnectionState, { readonly type: Type }>;

export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Shorter than the idle limit of common proxies (F-W2). */
export const PING_INTERVAL_MS = 25_000;
export const PONG_TIMEOUT_MS = 10_000;
export const REFRESH_TIMEOUT_MS = 30_000;
/** A page may be told it is offline while its server is reachable, so it is never the last word (K11). */
export const OFFLINE_PROBE_MS = 30_000;
