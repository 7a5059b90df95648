/** Owns how a stored session looks to a hub that writes nothing: with the entities that were stored, or from its log alone. */
import { createHub, type Hub, type MessageStorageAdapter } from "@sessionstream/server-node";
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
    ...delegate(storage),
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
    storage: { ...delegate(storage), close: async () => {} },
    modules: [idleChatModule()],
    authorize: () => true,
  });
}

function delegate(storage: MessageStorageAdapter): MessageStorageAdapter {
  return {
    // Others may work on it: whoever looks is alone with what it has read.
    capabilities: { ...storage.capabilities, shared: false },
    load: (session) => storage.load(session),
    events: (session, query) => storage.events(session, query),
    command: (session, id) => storage.command(session, id),
    commit: (commit) => storage.commit(commit),
    remove: (session) => storage.remove(session),
    close: () => storage.close(),
  };
}
