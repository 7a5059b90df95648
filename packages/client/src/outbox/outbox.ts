/**
 * Owns the port under which unconfirmed messages outlive a thread. A message is put before it is sent and removed when
 * the server took it; sending it twice is safe (L9). Who keeps it, where, and whose turn it is to send is the outbox's;
 * sending is the thread's.
 */
import type { JsonObject, SessionId } from "@sessionstream/protocol";
import type { PendingMessage } from "../thread/status.ts";

export interface OutboxItem {
  readonly session: SessionId;
  readonly commandId: string;
  readonly text: string;
  readonly createdAt: number;
  /** Of the start command. */
  readonly payload: JsonObject;
  /** The log its writer looked at; `""`: none yet. It is not sent into another one unasked (F-D11). */
  readonly epoch: string;
  /** Why it was given up; such an item waits for its user. `null`: to be sent. */
  readonly failure: OutboxFailure | null;
}

export interface OutboxFailure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** What members of a session tell each other about a message that the outbox still calls unsent. */
export type DeliveryNews = Exclude<PendingMessage["delivery"], { readonly type: "failed" }>;

/** A thread, as its outbox sees it. Called from `join` until `leave`, never during `join`. */
export interface OutboxMember {
  /** The session's items in the order they were first put: once at the start, then whenever somebody else changed them. */
  items(items: readonly OutboxItem[]): void;
  /** After the first `items`: whether this member sends from now on. No other does meanwhile. */
  turn(isOurs: boolean): void;
  /** What the member whose turn it is does. */
  heard(commandId: string, news: DeliveryNews): void;
}

/** A member's place at a session's queue. Never rejects: an item that cannot be kept comes back failed, by `items`. */
export interface OutboxSeat {
  put(item: OutboxItem): Promise<void>;
  /** Asked before each attempt: is it kept, and still to be sent? If not, `items` has said before what became of it. */
  claim(commandId: string): Promise<boolean>;
  remove(commandId: string): Promise<void>;
  tell(commandId: string, news: DeliveryNews): void;
  /** Ends hearing and the turn; a message on its way may still be removed. */
  leave(): void;
}

export interface Outbox {
  /** `device`: messages outlive the page. */
  readonly durability: "memory" | "device";
  /** How often a message is tried before its user is asked. */
  readonly attempts: number;
  join(session: SessionId, member: OutboxMember): OutboxSeat;
}
