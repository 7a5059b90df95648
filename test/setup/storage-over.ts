/** Owns standing before a storage: every call goes to whichever it is at that moment. */
import type { MessageStorageAdapter } from "@sessionstream/server-node";

export function storageOver(current: () => MessageStorageAdapter): MessageStorageAdapter {
  return {
    get capabilities() {
      return current().capabilities;
    },
    load: (session) => current().load(session),
    events: (session, query) => current().events(session, query),
    command: (session, id) => current().command(session, id),
    commit: (commit) => current().commit(commit),
    remove: (session) => current().remove(session),
    close: () => current().close(),
  };
}
