import type { Cursor, SessionStreamError } from "@sessionstream/protocol";
import type { Principal } from "../command/define-command.ts";
import type { Audience } from "../projection/define-entity-kind.ts";
import type { SessionKey } from "../storage/contract.ts";

/** A frame encoded once and handed to every subscriber: nobody encodes, copies or changes it again. */
export interface EncodedFrame {
  readonly text: string;
  /** UTF-8 of `text`. */
  readonly bytes: Uint8Array;
  /** Id of the session it is of; `null`: it is about the connection. */
  readonly session: string | null;
}

/**
 * What fan-out needs of a connection. The implementer promises that no method throws or blocks (L6): a broken
 * connection swallows frames and reports its end by detaching its subscriptions.
 */
export interface ConnectionSink {
  /** Enqueues. Frames leave in the order of the calls. */
  send(frame: EncodedFrame): void;
  /** Bytes enqueued and not yet taken by the operating system. */
  queuedBytes(): number;
  /** Bound of `queuedBytes` beyond which a subscriber counts as behind. */
  readonly maxQueuedBytes: number;
  /** Calls back once, soon after `queuedBytes` came to a quarter of the bound or less; not within this call. */
  onDrain(callback: () => void): void;
  /** Ends the connection with a close code of the protocol. */
  close(code: number, reason: string): void;
}

/** A connection as one subscription sees it. */
export interface SubscriberSink extends ConnectionSink {
  /** The hub ended this subscription, and nothing more is sent to it. Not called for one that was detached. */
  ended(error: SessionStreamError): void;
}

export interface AttachRequest {
  readonly session: SessionKey;
  /** `timeline`: our wire. `reference`: whole snapshots and uiEvents, for peers without capabilities. */
  readonly mode: "timeline" | "reference";
  readonly audience: Audience;
  /** Where the subscriber stands; `null` when it holds nothing. */
  readonly cursor: Cursor | null;
  /** Newest N rows wanted; 0: everything. */
  readonly window: number;
  /** Window floor the subscriber already holds; 0n: none. */
  readonly from: bigint;
  readonly requestId: string;
  /** Echoed in `subscribed`. */
  readonly sinceSnapshotOrdinal: bigint;
  /** Whoever attached, as last proven: asked for when their permission is asked again. Default: as they attached. */
  readonly principal?: () => Principal;
  readonly sink: SubscriberSink;
  /** Called once, in the step that opens the subscription, before its first frame. A throw refuses it. */
  readonly onOpen?: (subscription: Subscription) => void;
  /** Called once, when nothing more will be sent, whatever ended it. */
  readonly onEnd?: () => void;
}

export interface PageQuery {
  readonly before: bigint;
  readonly limit: number;
  readonly requestId: string;
}

/** A live view of one session for one connection. */
export interface Subscription {
  readonly session: SessionKey;
  /** Older rows, answered in order with the live frames. `false`: too many pages are waiting, this one is not answered. */
  page(query: PageQuery): boolean;
  /** Last ordinal enqueued, for the heartbeat; `null` until the first snapshot is complete. */
  head(): { readonly epoch: string; readonly ordinal: bigint } | null;
  /** Synchronous: no frame of this session is enqueued afterwards. Idempotent. */
  detach(): void;
}
