/** Owns a messages table in IndexedDB, with a channel on which the tabs of a browser tell each other of rows. */
import type { MessageRow, MessageRowStore, RowPage } from "@sessionstream/protocol/message-rows";
import { indexedDbTable } from "../platform/indexed-db-table.ts";

export interface IndexedDbMessageRowsOptions {
  /** Of the database, and of the channel. Default `sessionstream.rows`. */
  readonly name?: string;
}

export interface IndexedDbMessageRows extends Required<MessageRowStore> {
  /** Lets go of the database and the channel; a later call opens them again. */
  close(): void;
}

const TABLE = "rows";
const BY_KEY = "by key";
const BY_SEQ = "by seq";

export function indexedDbMessageRows({
  name = "sessionstream.rows",
}: IndexedDbMessageRowsOptions = {}): IndexedDbMessageRows {
  const observers = new Map<symbol, { readonly threadId: string; next(rows: readonly MessageRow[]): void }>();
  const stored = indexedDbTable(name, TABLE, createTable);
  let channel: BroadcastChannel | null = null;

  function tell(row: MessageRow): void {
    for (const { threadId, next } of observers.values()) if (threadId === row.threadId) next([row]);
  }

  function meet(): BroadcastChannel {
    if (channel !== null) return channel;
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<MessageRow>) => tell(data);
    return channel;
  }

  return {
    loadMessages: (threadId, page) =>
      stored.run("readonly", (table) => {
        const found: MessageRow[] = [];
        const request = table.index(BY_SEQ).openCursor(rangeOf(threadId, page), "prev");
        request.onsuccess = () => {
          const cursor = request.result;
          if (cursor === null || found.length === page?.limit) return;
          // CAST: written by `appendMessage`.
          found.push(cursor.value as MessageRow);
          cursor.continue();
        };
        return () => found.reverse();
      }),
    async appendMessage(row) {
      const added = await stored.run("readwrite", (table) => {
        let seq: IDBValidKey | null = null;
        const known = table.index(BY_KEY).getKey([row.threadId, row.key]);
        known.onsuccess = () => {
          if (known.result !== undefined) return;
          const adding = table.add(row);
          adding.onsuccess = () => {
            seq = adding.result;
          };
        };
        return (): MessageRow | null => (seq === null ? null : { ...row, seq: Number(seq) });
      });
      if (added === null) return;
      tell(structuredClone(added));
      meet().postMessage(added);
    },
    removeMessages: (threadId) =>
      stored.run("readwrite", (table) => {
        const request = table.index(BY_SEQ).openKeyCursor(rangeOf(threadId, undefined));
        request.onsuccess = () => {
          const cursor = request.result;
          if (cursor === null) return;
          table.delete(cursor.primaryKey);
          cursor.continue();
        };
        return () => undefined;
      }),
    observeMessages(threadId, next) {
      const id = Symbol(threadId);
      meet();
      observers.set(id, { threadId, next });
      return () => void observers.delete(id);
    },
    close() {
      stored.close();
      channel?.close();
      channel = null;
    },
  };
}

function createTable(database: IDBDatabase): void {
  const table = database.createObjectStore(TABLE, { keyPath: "seq", autoIncrement: true });
  table.createIndex(BY_KEY, ["threadId", "key"], { unique: true });
  table.createIndex(BY_SEQ, ["threadId", "seq"]);
}

function rangeOf(threadId: string, page: RowPage | undefined): IDBKeyRange {
  return IDBKeyRange.bound([threadId], [threadId, page?.before ?? Number.POSITIVE_INFINITY], false, true);
}
