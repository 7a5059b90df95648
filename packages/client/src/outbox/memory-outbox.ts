/** Owns the default outbox: memory, for the life of one client. A session has one thread there, so it is always its turn. */
import type { SessionId } from "@sessionstream/protocol";
import type { Outbox, OutboxItem } from "./outbox.ts";

const ATTEMPTS = 3;

export function createMemoryOutbox(): Outbox {
  const sessions = new Map<SessionId, Map<string, OutboxItem>>();
  return {
    durability: "memory",
    attempts: ATTEMPTS,
    join(session, member) {
      const items = sessions.get(session) ?? new Map<string, OutboxItem>();
      sessions.set(session, items);
      let left = false;
      void Promise.resolve().then(() => {
        if (left) return;
        member.items([...items.values()]);
        member.turn(true);
      });
      return {
        async put(item) {
          items.set(item.commandId, item);
        },
        claim: async (commandId) => items.get(commandId)?.failure === null,
        async remove(commandId) {
          items.delete(commandId);
        },
        tell: () => undefined,
        leave() {
          left = true;
        },
      };
    },
  };
}
