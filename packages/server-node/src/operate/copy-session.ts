/**
 * Owns looking at a session without touching it: its log and entities are copied into memory, and a hub that starts no
 * work reads the copy. Whatever that hub writes (a new version rebuilds at load) is written to the copy.
 */
import { createHub } from "../hub/create-hub.ts";
import type { Hub } from "../hub/hub.ts";
import type { HubModule } from "../hub/hub-module.ts";
import {
  isRetention,
  type LoadedSession,
  type MessageStorageAdapter,
  type SessionKey,
  type StoredEvent,
} from "../storage/contract.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { readEvents } from "./read-events.ts";

/** Entities that nobody's projections made: a hub that loads them derives its own. */
export const NOBODYS_VIEW = "";

/** `view`: default, as it is stored. */
export async function copySession(
  storage: MessageStorageAdapter,
  session: SessionKey,
  { head, entities }: LoadedSession,
  view = head.view,
): Promise<MessageStorageAdapter> {
  const copy = memoryStorage();
  const events: StoredEvent[] = [];
  for await (const event of readEvents(storage, session, { after: head.floor, upTo: head.ordinal })) events.push(event);
  const copied = { ...head, view };
  await copy.commit({ session, expect: null, head: copied, events, entities: { put: entities, forget: [] } });
  const base = head.floor > 0n && isRetention(storage) ? await storage.base(session) : null;
  if (base !== null) await copy.truncate({ session, expect: head.revision, head: copied, base: base.entities });
  return copy;
}

/** A hub for operators: whoever holds it may do everything, and it starts no work. */
export function operatorHub(storage: MessageStorageAdapter, modules: readonly HubModule[]): Hub {
  return createHub({
    storage: ofOneProcess(storage),
    modules: modules.map((module) => ({ ...module, due: () => [] })),
    authorize: () => true,
  });
}

/** Takes no part in who does which work: leases and sweeps stay with those who serve. */
function ofOneProcess(storage: MessageStorageAdapter): MessageStorageAdapter {
  const capabilities = { ...storage.capabilities, shared: false };
  return new Proxy(storage, {
    get(target, name) {
      if (name === "capabilities") return capabilities;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
