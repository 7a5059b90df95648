/**
 * Owns the sessions of one connection: subscribe, unsubscribe, page. Answers requests with frames through its port.
 * Does not decode frames and does not know the socket.
 */
import { type ErrorCode, isSessionId, SessionStreamError } from "@sessionstream/protocol";
import type { ServerFrameInit } from "@sessionstream/protocol/codec";
import type { PageRequest, SubscribeRequest, SubscriptionHead } from "@sessionstream/protocol/sessionstream/v1";
import type { AttachRequest, ConnectionSink, Subscription } from "../../fan-out/subscriber.ts";
import type { Audience } from "../../projection/define-entity-kind.ts";
import { createSubscriptionSlot, type SubscriptionSlot } from "./subscription-slot.ts";
import type { Observe } from "./transport-observer.ts";

/** What a client is told of a failure; extensions of the reference's frame are left out for reference peers. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly sessionId?: string;
  readonly requestId?: string;
  readonly retryable?: boolean;
  readonly errorId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

interface ConnectionPort {
  readonly sink: ConnectionSink;
  /** Drops what waits of this session and has not left. */
  withdraw(sessionId: string): void;
  send(frame: ServerFrameInit): void;
  /** The peer's own bad frame: counts against it. */
  refuse(failure: Failure): void;
  fail(failure: Failure): void;
  readonly observe: Observe | undefined;
  readonly report: (error: unknown, subject: string) => void;
}

export interface ConnectionSubscriptionsOptions {
  readonly attach: (request: AttachRequest) => Promise<Subscription>;
  readonly tenant: string;
  readonly audience: Audience;
  readonly maxSubscriptions: number;
  readonly port: ConnectionPort;
}

export interface ConnectionSubscriptions {
  subscribe(request: SubscribeRequest): void;
  unsubscribe(sessionId: string): void;
  page(request: PageRequest): void;
  /** What the first frame that names capabilities says holds for the connection (P-17). */
  agree(capabilities: readonly string[]): void;
  knows(capability: string): boolean;
  /** What the client is; `null` until it said so. */
  mode(): AttachRequest["mode"] | null;
  /** Sorted. */
  sessionIds(): readonly string[];
  heads(): Pick<SubscriptionHead, "sessionId" | "epoch" | "ordinal">[];
  close(): void;
}

export function createConnectionSubscriptions(options: ConnectionSubscriptionsOptions): ConnectionSubscriptions {
  const { attach, tenant, audience, maxSubscriptions, port } = options;
  const slots = new Map<string, SubscriptionSlot>();
  let agreed: readonly string[] | null = null;

  function agree(capabilities: readonly string[]): AttachRequest["mode"] {
    agreed ??= capabilities;
    return agreed.includes("timeline") ? "timeline" : "reference";
  }

  function slotOf(sessionId: string): SubscriptionSlot {
    const known = slots.get(sessionId);
    if (known !== undefined) return known;
    const slot = createSubscriptionSlot({
      sink: port.sink,
      withdraw: () => port.withdraw(sessionId),
      attach,
      onLive() {
        port.observe?.("snapshot_loaded", { sessionId });
        port.observe?.("subscription_live", { sessionId });
      },
      onFailed(error, requestId) {
        if (slot.isEmpty()) slots.delete(sessionId);
        const failure = failureOf(error, sessionId, requestId);
        if (failure.code === "snapshot_failed") port.report(error, `subscribe ${sessionId}`);
        port.observe?.("subscription_failed", { sessionId, code: failure.code });
        port.fail(failure);
      },
    });
    slots.set(sessionId, slot);
    port.observe?.("subscription_registered", { sessionId });
    return slot;
  }

  /** Whether `sessionId` can name a session at all; if not, the peer has been told. */
  function accepts(sessionId: string, what: string, requestId = ""): boolean {
    if (isSessionId(sessionId)) return true;
    const problem = sessionId === "" ? "missing session id" : "a session id has 1-128 characters of A-Z a-z 0-9 _ -";
    port.refuse({ code: "protocol_error", message: `${what}: ${problem}`, requestId });
    return false;
  }

  return {
    subscribe(request) {
      const { sessionId, requestId, sinceSnapshotOrdinal, epoch, view, tag, window, from } = request;
      if (!accepts(sessionId, "subscribe", requestId)) return;
      const mode = agree(request.capabilities);
      if (!slots.has(sessionId) && slots.size >= maxSubscriptions) {
        const message = `A connection has at most ${maxSubscriptions} subscriptions: unsubscribe from one first`;
        port.fail({ code: "limit_reached", message, sessionId, requestId });
        return;
      }
      port.observe?.("subscribe_received", { sessionId });
      const slot = slotOf(sessionId);
      port.observe?.("snapshot_load_started", { sessionId });
      slot.subscribe({
        session: { tenant, session: sessionId },
        mode,
        audience,
        cursor: epoch === "" ? null : { epoch, view, ordinal: sinceSnapshotOrdinal, tag },
        window,
        from,
        requestId,
        sinceSnapshotOrdinal,
      });
    },
    unsubscribe(sessionId) {
      if (!accepts(sessionId, "unsubscribe")) return;
      port.observe?.("unsubscribe_received", { sessionId });
      slots.get(sessionId)?.close();
      slots.delete(sessionId);
      port.send({ case: "unsubscribed", value: { sessionId } });
      port.observe?.("unsubscribed", { sessionId });
    },
    page({ sessionId, before, limit, requestId }) {
      if (!accepts(sessionId, "page", requestId)) return;
      const subscription = slots.get(sessionId)?.live() ?? null;
      if (subscription === null) {
        port.fail({ code: "protocol_error", message: "page: subscribe first", sessionId, requestId });
      } else if (!subscription.page({ before, limit, requestId })) {
        const message = "page: too many pages are waiting, ask again when one has come";
        port.fail({ code: "limit_reached", message, sessionId, requestId });
      }
    },
    agree,
    knows: (capability) => agreed?.includes(capability) ?? false,
    mode: () => agreed && agree(agreed),
    sessionIds: () => [...slots.keys()].sort(),
    heads() {
      return [...slots].flatMap(([sessionId, slot]) => {
        const head = slot.live()?.head() ?? null;
        return head === null ? [] : [{ sessionId, ...head }];
      });
    },
    close() {
      for (const slot of slots.values()) slot.close();
      slots.clear();
    },
  };
}

/** Texts of our own: what an error says inside is for operators. A session unknown and one forbidden look the same. */
function failureOf(thrown: unknown, sessionId: string, requestId: string): Failure {
  const error = SessionStreamError.from(thrown, "snapshot_failed");
  const about = { sessionId, requestId, errorId: error.errorId, retryAfterMs: error.retryAfterMs };
  switch (error.code) {
    case "forbidden":
    case "session_not_found":
      return { ...about, code: "forbidden", message: "There is no such session, or it is not yours to read" };
    case "draining":
    case "closed":
      return {
        ...about,
        code: "draining",
        message: "The server is about to go away: subscribe again on another connection",
      };
    case "corrupt_data":
      return { ...about, code: "corrupt_data", message: "What is stored of this session is damaged" };
    default:
      return { ...about, code: "snapshot_failed", message: "The session could not be read: try again" };
  }
}
