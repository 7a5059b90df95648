import type { SessionKey } from "../storage/contract.ts";

/** Where something went wrong that the publisher could not be told, or not alone. */
export type ErrorRecordKind =
  | "authorize"
  | "decode"
  | "projection"
  | "storage"
  | "fan-out"
  | "effect"
  | "observer"
  | "ui-mapping"
  | "transport"
  | "doorbell";

/** For operators. Never sent to a client: clients get a code, a safe text and `errorId`. */
export interface ErrorRecord {
  readonly errorId: string;
  readonly kind: ErrorRecordKind;
  readonly at: number;
  readonly session: SessionKey | null;
  readonly ordinal: bigint | null;
  /** Event, projection, effect or observer by name. */
  readonly subject: string;
  readonly code: string;
  readonly message: string;
  /** The text that could not be read. */
  readonly raw: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ErrorRecordStorage {
  record(record: ErrorRecord): Promise<void>;
  /** Newest first. */
  list(query: { readonly session?: SessionKey; readonly limit: number }): Promise<readonly ErrorRecord[]>;
  /** Ids it does not have are none of its business. */
  discard(errorIds: readonly string[]): Promise<void>;
}
