/** Owns what pages tell each other about one principal's outbox. Content is never told: it is read from the store. */
import type { DeliveryNews } from "./outbox.ts";

export type SessionMessage =
  | { readonly type: "changed"; readonly session: string }
  | { readonly type: "news"; readonly session: string; readonly commandId: string; readonly news: DeliveryNews };

export type OutboxMessage = SessionMessage | { readonly type: "signed-out" };

const TYPES: ReadonlySet<unknown> = new Set<OutboxMessage["type"]>(["changed", "news", "signed-out"]);

/** Other pages of this origin may post anything under our name. */
export function readOutboxMessage(message: unknown): OutboxMessage | null {
  if (typeof message !== "object" || message === null) return null;
  // CAST: an object; a message of ours has one of these types, and its other fields with it.
  const { type } = message as { readonly type?: unknown };
  return TYPES.has(type) ? (message as OutboxMessage) : null;
}
