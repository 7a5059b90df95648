/** Owns what a user does with threads by name: each is one change of the port. */
import type { SessionId } from "@sessionstream/protocol";
import type { ThreadEntry, ThreadList } from "./thread-list.ts";

export interface ThreadActions<Result = Promise<ThreadEntry>, Removed = Promise<void>> {
  /** `""`: the title of the first prompt again. */
  rename(sessionId: SessionId, title: string): Result;
  pin(sessionId: SessionId): Result;
  unpin(sessionId: SessionId): Result;
  mute(sessionId: SessionId): Result;
  unmute(sessionId: SessionId): Result;
  archive(sessionId: SessionId): Result;
  unarchive(sessionId: SessionId): Result;
  markRead(sessionId: SessionId, ordinal: bigint): Result;
  remove(sessionId: SessionId): Removed;
}

export function threadActions<Result, Removed>(port: {
  update(sessionId: SessionId, change: Parameters<ThreadList["update"]>[1]): Result;
  remove(sessionId: SessionId): Removed;
}): ThreadActions<Result, Removed> {
  const { update, remove } = port;
  return {
    rename: (sessionId, title) => update(sessionId, { title }),
    pin: (sessionId) => update(sessionId, { pinned: true }),
    unpin: (sessionId) => update(sessionId, { pinned: false }),
    mute: (sessionId) => update(sessionId, { muted: true }),
    unmute: (sessionId) => update(sessionId, { muted: false }),
    archive: (sessionId) => update(sessionId, { archived: true }),
    unarchive: (sessionId) => update(sessionId, { archived: false }),
    markRead: (sessionId, readOrdinal) => update(sessionId, { readOrdinal }),
    remove: (sessionId) => remove(sessionId),
  };
}
