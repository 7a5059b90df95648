/**
 * Owns the port under which unconfirmed messages outlive a thread, and its default: memory, for the life of a client.
 * An item is put before it is sent and removed when the server took it; sending it twice is safe (L9).
 */
import type { JsonObject, SessionId } from "@sessionstream/protocol";

export interface OutboxItem {
  readonly session: SessionId;
  readonly commandId: string;
  readonly text: string;
  readonly createdAt: number;
  /** Of the start command. */
  readonly payload: JsonObject;
  /** Why it was given up; such an item waits for its user. `null`: to be sent. */
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export interface Outbox {
  /** A session's items in the order they were first put. */
  load(session: SessionId): Promise<readonly OutboxItem[]>;
  put(item: OutboxItem): Promise<void>;
  remove(session: SessionId, commandId: string): Promise<void>;
}

export function createMemoryOutbox(): Outbox {
  const sessions = new Map<SessionId, Map<string, OutboxItem>>();
  return {
    load: async (session) => [...(sessions.get(session)?.values() ?? [])],
    async put(item) {
      const items = sessions.get(item.session) ?? new Map<string, OutboxItem>();
      sessions.set(item.session, items.set(item.commandId, item));
    },
    async remove(session, commandId) {
      const items = sessions.get(session);
      items?.delete(commandId);
      if (items?.size === 0) sessions.delete(session);
    },
  };
}
