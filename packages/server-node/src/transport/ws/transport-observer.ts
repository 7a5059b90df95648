/** Owns what an observer of the sockets is told: names, ids and sizes, never contents. */
import { tell } from "../../platform/hooks.ts";

export type TransportStage =
  | "upgrade_error"
  | "connected"
  | "disconnected"
  | "client_frame_read"
  | "client_frame_decoded"
  | "client_frame_decode_error"
  | "read_error"
  | "protocol_error"
  | "subscribe_received"
  | "subscription_registered"
  | "snapshot_load_started"
  | "snapshot_loaded"
  | "subscription_live"
  | "subscription_failed"
  | "unsubscribe_received"
  | "unsubscribed"
  | "server_frame_queued"
  | "server_frames_written"
  | "server_frame_write_error";

export interface TransportRecord {
  readonly stage: TransportStage;
  readonly at: number;
  /** `null` before there is a connection. */
  readonly connectionId: string | null;
  readonly sessionId?: string;
  /** Arm of the client frame. */
  readonly frameType?: string;
  readonly bytes?: number;
  readonly queuedBytes?: number;
  /** Error code, close code or HTTP status. */
  readonly code?: string | number;
  readonly error?: string;
}

export type TransportObserver = (record: TransportRecord) => void;

export type Observe = (stage: TransportStage, detail?: Omit<TransportRecord, "stage" | "at" | "connectionId">) => void;

/** An observer can neither throw into a connection nor hold it up: what it throws is reported (S09). */
export function isolateObserver(
  observer: TransportObserver,
  report: (error: unknown, subject: string) => void,
): TransportObserver {
  const failed = (error: unknown) => report(error, "transport observer");
  return (record) => tell(observer, [record], failed);
}
