/**
 * Owns which session a page opens: always a fresh one, the one remembered in storage, or the one in its address. Storage
 * and address come in as arguments; a storage that refuses (private mode, quota) only forgets.
 */
import { isSessionId, type SessionId, sessionId } from "@sessionstream/protocol";

export interface SessionPolicy {
  /** The session to open; mints one when there is none, and remembers it. */
  current(): SessionId;
  /** Opens this one from now on. */
  remember(id: SessionId): void;
  /** The next `current` is a fresh one. */
  forget(): void;
}

/** What of `localStorage` is used. */
export type SessionStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What of `location` and `history` is used. */
export interface PageAddress {
  read(): string;
  /** Replaces the address without loading anything. */
  replace(url: string): void;
}

/** Fresh for every page; nothing is stored. */
export function freshSession(mint: () => string): SessionPolicy {
  let id: SessionId | null = null;
  return {
    current: () => (id ??= sessionId(mint())),
    remember(next) {
      id = next;
    },
    forget() {
      id = null;
    },
  };
}

export function storedSession(
  mint: () => string,
  storage: SessionStorage,
  key = "sessionstream.session",
): SessionPolicy {
  return remembered(mint, {
    read: () => storage.getItem(key),
    write: (id) => storage.setItem(key, id),
    erase: () => storage.removeItem(key),
  });
}

/** The session named by a query parameter. `fallback` is asked when it names none. */
export function addressedSession(
  mint: () => string,
  address: PageAddress,
  parameter = "session",
  fallback?: SessionPolicy,
): SessionPolicy {
  const change = (edit: (query: URLSearchParams) => void): void => {
    const url = new URL(address.read());
    edit(url.searchParams);
    address.replace(url.href);
  };
  const policy = remembered(fallback === undefined ? mint : () => fallback.current(), {
    read: () => new URL(address.read()).searchParams.get(parameter),
    write: (id) => change((query) => query.set(parameter, id)),
    erase: () => change((query) => query.delete(parameter)),
  });
  return {
    ...policy,
    forget() {
      fallback?.forget();
      policy.forget();
    },
  };
}

interface Memory {
  read(): string | null;
  write(id: SessionId): void;
  erase(): void;
}

function remembered(mint: () => string, memory: Memory): SessionPolicy {
  // Also what is used for this page when the memory refuses.
  const page = freshSession(mint);
  return {
    current() {
      const known = attempt(() => memory.read());
      if (known !== undefined && known !== null && isSessionId(known)) page.remember(known);
      const id = page.current();
      if (id !== known) attempt(() => memory.write(id));
      return id;
    },
    remember(id) {
      page.remember(id);
      attempt(() => memory.write(id));
    },
    forget() {
      page.forget();
      attempt(() => memory.erase());
    },
  };
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    // Without a memory the page still works; it only starts afresh next time.
    return undefined;
  }
}
