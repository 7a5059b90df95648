/** Owns what can happen to a followed session. Frames come decoded and are its own. */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { TimelineUpdate } from "../backend/chat-backend.ts";
import type {
  EphemeralFrame,
  ErrorFrame,
  ServerFrame,
  SnapshotFrame,
  SubscriptionHead,
  TimelineFrame,
  UiEventFrame,
} from "../decode/server-frame.ts";
import type { Peer } from "./state.ts";

export type SessionEvent =
  | { readonly type: "attached"; readonly peer: Peer }
  /** `error`: the connection will not come back by itself. */
  | { readonly type: "detached"; readonly error: SessionStreamError | null }
  | TimelineFrame
  | SnapshotFrame
  | UiEventFrame
  | EphemeralFrame
  | ErrorFrame
  | Extract<ServerFrame, { readonly type: "subscribed" }>
  /** From a ping; `null`: it names every session the server follows for us, and not this one. */
  | { readonly type: "head"; readonly head: SubscriptionHead | null }
  /** A frame that could not be read: one of ours, or of whom could not be read either. */
  | { readonly type: "malformed"; readonly ours: boolean }
  /** The last update did not fit and was not applied. */
  | { readonly type: "mismatch"; readonly update: TimelineUpdate["type"] }
  | { readonly type: "timer" }
  | { readonly type: "load-earlier"; readonly limit: number }
  /** Rows created before `floor` are more than anybody wants to hold. */
  | { readonly type: "forget"; readonly floor: bigint }
  /** Somebody does not want to wait. Comes only while there is a connection. */
  | { readonly type: "retry"; readonly peer: Peer };
