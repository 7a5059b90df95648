/**
 * Owns what a connection and its sessions tell an observing developer. Ids, ordinals, sizes and codes only: no payload
 * and no text of a user ever gets here (K39).
 */
import type { MappingReport } from "../timeline/mapping-registry.ts";

export type ResyncReason =
  | "gap"
  | "epoch"
  | "head"
  | "snapshot"
  | "parts"
  | "mismatch"
  | "malformed"
  | "overflow"
  | "timeout"
  | "error";

export type Diagnostic =
  | { readonly type: "connecting"; readonly attempt: number }
  | { readonly type: "connected"; readonly connectionId: string; readonly peer: "timeline" | "reference" }
  | { readonly type: "disconnected"; readonly code: number; readonly reason: string }
  /** What the connection stands on ends soon, and the app could not renew it. */
  | { readonly type: "renewal-failed"; readonly code: string }
  /** A timeline frame at or before the cursor: already applied. */
  | { readonly type: "duplicate"; readonly sessionId: string; readonly ordinal: bigint }
  | { readonly type: "gap"; readonly sessionId: string; readonly cursor: bigint; readonly prevOrdinal: bigint }
  /** First frame that had to be passed over because the session is asking for its state anew. */
  | { readonly type: "passed-over"; readonly sessionId: string; readonly frame: string }
  | { readonly type: "resync"; readonly sessionId: string; readonly reason: ResyncReason; readonly attempt: number }
  /** First frame of a session that nobody here follows. */
  | { readonly type: "foreign-frame"; readonly sessionId: string; readonly frame: string }
  | { readonly type: "unknown-frame"; readonly arm: string }
  | { readonly type: "malformed-frame"; readonly sessionId: string; readonly length: number; readonly message: string }
  | { readonly type: "server-error"; readonly sessionId: string; readonly code: string; readonly retryable: boolean }
  | { readonly type: "observer-failed"; readonly sessionId: string; readonly error: unknown }
  | MappingReport;
