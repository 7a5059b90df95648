/**
 * Owns a messages table in `localStorage`: one item per row, so that two tabs never write over each other's rows. A few
 * megabytes at most, and whoever uses this browser can read them; IndexedDB holds more.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { type MessageRow, type MessageRowStore, rowsOfPage } from "@sessionstream/protocol/message-rows";

export interface StorageMessageRowsOptions {
  /** Default `sessionstream.rows`. */
  readonly prefix?: string;
  /** Default: the page's `localStorage`. */
  readonly storage?: Pick<Storage, "length" | "key" | "getItem" | "setItem" | "removeItem">;
  /** Where other tabs' changes are told of. Default: the page's window. */
  readonly events?: Pick<Window, "addEventListener" | "removeEventListener">;
}

export function storageMessageRows(options: StorageMessageRowsOptions = {}): Required<MessageRowStore> {
  const { prefix = "sessionstream.rows", storage = localStorage, events = globalThis.window } = options;
  const observers = new Map<symbol, { readonly threadId: string; next(rows: readonly MessageRow[]): void }>();
  const counter = `${prefix}#seq`;
  const folder = (threadId: string): string => `${prefix}/${encodeURIComponent(threadId)}/`;

  function namesIn(threadId: string): readonly string[] {
    const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return names.filter((name) => name.startsWith(folder(threadId)));
  }

  function read(name: string): readonly MessageRow[] {
    const text = storage.getItem(name);
    try {
      // CAST: written by `appendMessage`; what somebody else damaged is no row.
      return text === null ? [] : [JSON.parse(text) as MessageRow];
    } catch {
      return [];
    }
  }

  function write(name: string, value: string): void {
    try {
      storage.setItem(name, value);
    } catch (cause) {
      const message = "This browser has no room for more messages. Remove a conversation, then go on.";
      throw new SessionStreamError("storage_unavailable", message, { cause, retryable: false });
    }
  }

  /** Of another tab. */
  function onStorage({ key, newValue }: StorageEvent): void {
    if (key === null || newValue === null) return;
    for (const { threadId, next } of observers.values()) if (key.startsWith(folder(threadId))) next(read(key));
  }

  return {
    async loadMessages(threadId, page) {
      const rows = namesIn(threadId).flatMap(read);
      // Tabs that write in the same instant may count alike.
      rows.sort((a, b) => a.seq - b.seq || (a.key < b.key ? -1 : 1));
      return rowsOfPage(rows, page);
    },
    async appendMessage(row) {
      const name = `${folder(row.threadId)}${encodeURIComponent(row.key)}`;
      if (storage.getItem(name) !== null) return;
      const stored = { ...row, seq: Number(storage.getItem(counter) ?? 0) + 1 };
      write(counter, String(stored.seq));
      write(name, JSON.stringify(stored));
      for (const { threadId, next } of observers.values()) if (threadId === row.threadId) next(read(name));
    },
    async removeMessages(threadId) {
      for (const name of namesIn(threadId)) storage.removeItem(name);
    },
    observeMessages(threadId, next) {
      const id = Symbol(threadId);
      if (observers.size === 0) events?.addEventListener("storage", onStorage);
      observers.set(id, { threadId, next });
      return () => {
        if (observers.delete(id) && observers.size === 0) events?.removeEventListener("storage", onStorage);
      };
    },
  };
}
