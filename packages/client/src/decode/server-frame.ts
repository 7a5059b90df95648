/**
 * Owns the shapes of what a server says, after decoding: ordinals are bigints, absent fields have their zero value,
 * entities have the timeline's form.
 */
import type { JsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { EntityChange } from "../backend/chat-backend.ts";
import type { TimelineEntity } from "../timeline/entity.ts";

export interface HelloFrame {
  readonly type: "hello";
  readonly connectionId: string;
  readonly capabilities: readonly string[];
  readonly protocolMin: number;
  /** 0: the server does not ping. */
  readonly heartbeatIntervalMs: number;
}

export interface SnapshotFrame {
  readonly type: "snapshot";
  readonly sessionId: string;
  readonly ordinal: bigint;
  readonly epoch: string;
  readonly view: string;
  readonly tag: string;
  readonly mode: "full" | "delta" | "page";
  readonly sinceOrdinal: bigint;
  readonly floor: bigint;
  readonly hasEarlier: boolean;
  readonly part: number;
  readonly lastPart: boolean;
  readonly requestId: string;
  readonly entities: readonly TimelineEntity[];
  readonly removed: readonly { readonly kind: string; readonly id: string }[];
}

export interface TimelineFrame {
  readonly type: "timeline";
  readonly sessionId: string;
  readonly epoch: string;
  readonly prevOrdinal: bigint;
  readonly ordinal: bigint;
  readonly tag: string;
  readonly changes: readonly EntityChange[];
}

export interface UiEventFrame {
  readonly type: "ui-event";
  readonly sessionId: string;
  readonly ordinal: bigint;
  readonly name: string;
  readonly payload: JsonObject;
}

export interface EphemeralFrame {
  readonly type: "ephemeral";
  readonly sessionId: string;
  readonly key: string;
  readonly ttlMs: number;
  /** `undefined`: the key is gone. */
  readonly payload: JsonObject | undefined;
}

export interface ErrorFrame {
  readonly type: "error";
  /** Empty: about the connection. */
  readonly sessionId: string;
  readonly requestId: string;
  readonly error: SessionStreamError;
}

export interface SubscriptionHead {
  readonly sessionId: string;
  readonly epoch: string;
  readonly ordinal: bigint;
}

export type ServerFrame =
  | HelloFrame
  | SnapshotFrame
  | { readonly type: "subscribed"; readonly sessionId: string }
  | { readonly type: "unsubscribed"; readonly sessionId: string }
  | TimelineFrame
  | UiEventFrame
  | EphemeralFrame
  | ErrorFrame
  | { readonly type: "ping"; readonly nonce: string; readonly heads: readonly SubscriptionHead[] }
  | { readonly type: "pong"; readonly nonce: string }
  | { readonly type: "draining"; readonly afterMs: number }
  | { readonly type: "auth-expiring" }
  | { readonly type: "authenticated" }
  /** A frame of another version of the protocol (L8). */
  | { readonly type: "unknown"; readonly arm: string };
