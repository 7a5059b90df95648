/** Owns what a test and a node of its fleet say to each other. */
import type { HubLimits } from "@sessionstream/server-node";

type BusSettings =
  | { readonly type: "redis"; readonly url: string }
  | { readonly type: "postgres" }
  /** Other nodes' commits are found by polling alone. */
  | { readonly type: "none" };

export interface NodeSettings {
  readonly port: number;
  readonly postgresUrl: string;
  readonly schema: string;
  readonly bus: BusSettings;
  /** Of ten rings, how many nobody hears. */
  readonly ringsLost: number;
  readonly limits: Partial<Omit<HubLimits, "fanOut">>;
  /** Over how long it sends its clients away when it goes down. */
  readonly drainSpreadMs: number;
}

export interface NodeRequest {
  readonly id: number;
  /** Commits one event after the other, each told apart by `name`. */
  readonly publish: { readonly session: string; readonly name: string; readonly count: number };
}

export type NodeReport =
  | { readonly type: "ready" }
  | { readonly type: "done"; readonly id: number }
  | { readonly type: "failed"; readonly id: number; readonly error: string }
  | { readonly type: "engine"; readonly session: string; readonly state: "started" | "stopped" }
  /** A tool did what it does. */
  | { readonly type: "executed"; readonly session: string }
  | { readonly type: "doorbell"; readonly state: string }
  | { readonly type: "drained"; readonly leftAtMs: readonly number[] };
