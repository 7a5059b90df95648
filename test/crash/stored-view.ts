/** Owns how a stored session looks to a hub that writes nothing: with the entities that were stored, or from its log alone. */
import { createHub, type Hub, type MessageStorageAdapter } from "@sessionstream/server-node";
import { storageOver } from "../setup/storage-over.ts";
import { ada, idleChatModule } from "./chat-under-test.ts";

/** A session with all metadata, as a hub that starts nothing sees it. */
export async function viewOf(storage: MessageStorageAdapter, session: string) {
  const hub = lookingHub(storage);
  const snapshot = await hub.snapshot({ principal: ada, session });
  await hub.close();
  return snapshot;
}

/** Shows the log only, so that whoever loads it folds all of it. */
export function logOnly(storage: MessageStorageAdapter): MessageStorageAdapter {
  return {
    ...alone(storage),
    load: async (session) => {
      const loaded = await storage.load(session);
      return loaded && { head: { ...loaded.head, projected: 0n }, entities: [] };
    },
    commit: async () => {
      throw new Error("Looking must not write");
    },
  };
}

/** A hub that starts nothing and leaves the storage open when it is closed. */
export function lookingHub(storage: MessageStorageAdapter): Hub {
  return createHub({
    storage: { ...alone(storage), close: async () => {} },
    modules: [idleChatModule()],
    authorize: () => true,
  });
}

/** Others may work on it: whoever looks is alone with what it has read. */
function alone(storage: MessageStorageAdapter): MessageStorageAdapter {
  return { ...storageOver(() => storage), capabilities: { ...storage.capabilities, shared: false } };
}
