/**
 * The list of threads of a local backend: what a server's directory derives and keeps, in memory. For demos, tests,
 * stories. The network's delay and faults are the backend's.
 */
import { compareThreads, type SessionId, SessionStreamError, type ThreadChange } from "@sessionstream/protocol";
import type { LocalBackend } from "../backend/local/create-local-backend.ts";
import type { LocalSession } from "../backend/local/local-session.ts";
import { countUnread, describeMessages } from "./describe-messages.ts";
import type { ThreadEntry, ThreadList } from "./thread-list.ts";

const NO_MARKS = { title: "", pinned: false, muted: false, archived: false, readOrdinal: 0n };

export function localThreads(backend: Pick<LocalBackend, "sessions" | "network">): ThreadList {
  const { network } = backend;
  const marks = new Map<SessionId, Required<ThreadChange>>();

  async function arrive(): Promise<void> {
    await new Promise<void>((resolve) => network.later(resolve));
    if (!network.isOnline()) throw new SessionStreamError("network", "There is no connection");
  }

  function entryOf(session: LocalSession): ThreadEntry | null {
    const { title, readOrdinal, ...flags } = marks.get(session.id) ?? NO_MARKS;
    const said = describeMessages(session.log().entities());
    if (said === null) return null;
    const { ownOrdinal, messages, ...shown } = said;
    const unread = countUnread(said, readOrdinal);
    return { sessionId: session.id, ...shown, title: title || shown.title, readOrdinal, unread, ...flags };
  }

  function find(id: SessionId): LocalSession | undefined {
    return backend.sessions().find((session) => session.id === id);
  }

  return {
    async list({ archived = false, search = "", before, limit = 30 } = {}) {
      await arrive();
      const error = network.loadError();
      if (error !== null) throw error;
      const term = search.trim().toLowerCase();
      const found = backend
        .sessions()
        .map(entryOf)
        .filter((entry) => entry !== null)
        .filter(
          (entry) => entry.archived === archived && `${entry.title}\n${entry.preview}`.toLowerCase().includes(term),
        )
        .sort(compareThreads);
      const start = before === undefined ? 0 : found.findIndex(({ sessionId }) => sessionId === before) + 1;
      const threads = found.slice(start, start + limit);
      return { threads, next: start + limit < found.length ? (threads.at(-1)?.sessionId ?? null) : null };
    },
    async update(sessionId, { readOrdinal = 0n, ...change }) {
      await arrive();
      const session = find(sessionId);
      const known = marks.get(sessionId) ?? NO_MARKS;
      const read = readOrdinal > known.readOrdinal ? readOrdinal : known.readOrdinal;
      marks.set(sessionId, { ...known, ...change, readOrdinal: read });
      const entry = session === undefined ? null : entryOf(session);
      if (entry !== null) return entry;
      marks.delete(sessionId);
      throw new SessionStreamError("session_not_found", `There is no session "${sessionId}"`);
    },
    async remove(sessionId) {
      await arrive();
      marks.delete(sessionId);
      find(sessionId)?.reset();
    },
  };
}
