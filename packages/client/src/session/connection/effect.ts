/** Owns what the connection asks of the world, as data. run-connection carries it out, in order. */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { Diagnostic } from "../diagnostic.ts";
import type { Peer } from "../state.ts";
import type { ConnectionState } from "./state.ts";

export type ConnectionEffect =
  | { readonly type: "connect"; readonly generation: number }
  | { readonly type: "disconnect"; readonly code: number }
  | { readonly type: "ping" }
  /** Replaces the running timer; `null` stops it. */
  | { readonly type: "timer"; readonly delayMs: number | null }
  | { readonly type: "refresh" }
  /** Show what was got for this connection. */
  | { readonly type: "introduce" }
  /** Get something fresh and show it, while everything goes on. */
  | { readonly type: "renew" }
  | { readonly type: "attach"; readonly peer: Peer }
  /** `error`: for good, as far as the machine can tell. */
  | { readonly type: "detach"; readonly error: SessionStreamError | null }
  | { readonly type: "report"; readonly diagnostic: Diagnostic };

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

export function step(state: ConnectionState, ...effects: ConnectionEffect[]): ConnectionStep {
  return { state, effects };
}
