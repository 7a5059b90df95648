/** Owns a messages table in IndexedDB, with a channel on which the tabs of a browser tell each other of rows. */
import type { MessageRow, MessageRowStore, RowPage } from "@sessionstream/protocol/message-rows";

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
  let opened: Promise<IDBDatabase> | null = null;
  let channel: BroadcastChannel | null = null;

  const forget = (): void => {
    opened = null;
  };

  function open(): Promise<IDBDatabase> {
    opened ??= openDatabase(name, forget);
    opened.catch(forget);
    return opened;
  }

  function tell(row: MessageRow): void {
    for (const { threadId, next } of observers.values()) if (threadId === row.threadId) next([row]);
  }

  function meet(): BroadcastChannel {
    if (channel !== null) return channel;
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<MessageRow>) => tell(data);
    return channel;
  }

  async function inTable<T>(mode: IDBTransactionMode, use: (table: IDBObjectStore, done: (value: T) => void) => void) {
    const connection = await open();
    return new Promise<T>((resolve, reject) => {
      const transaction = connection.transaction(TABLE, mode);
      let result: { readonly value: T } | null = null;
      use(transaction.objectStore(TABLE), (value) => {
        result = { value };
      });
      // Not before it is kept: a quota is checked last.
      transaction.oncomplete = () => {
        if (result !== null) resolve(result.value);
      };
      transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    loadMessages: (threadId, page) =>
      inTable<readonly MessageRow[]>("readonly", (table, done) => {
        const found: MessageRow[] = [];
        const request = table.index(BY_SEQ).openCursor(rangeOf(threadId, page), "prev");
        request.onsuccess = () => {
          const cursor = request.result;
          if (cursor === null || found.length === page?.limit) return done(found.reverse());
          // CAST: written by `appendMessage`.
          found.push(cursor.value as MessageRow);
          cursor.continue();
        };
      }),
    async appendMessage(row) {
      const added = await inTable<MessageRow | null>("readwrite", (table, done) => {
        const known = table.index(BY_KEY).getKey([row.threadId, row.key]);
        known.onsuccess = () => {
          if (known.result !== undefined) return done(null);
          const adding = table.add(row);
          adding.onsuccess = () => done({ ...row, seq: Number(adding.result) });
        };
      });
      if (added === null) return;
      tell(structuredClone(added));
      meet().postMessage(added);
    },
    removeMessages: (threadId) =>
      inTable<void>("readwrite", (table, done) => {
        const request = table.index(BY_SEQ).openKeyCursor(rangeOf(threadId, undefined));
        request.onsuccess = () => {
          const cursor = request.result;
          if (cursor === null) return done();
          table.delete(cursor.primaryKey);
          cursor.continue();
        };
      }),
    observeMessages(threadId, next) {
      const id = Symbol(threadId);
      meet();
      observers.set(id, { threadId, next });
      return () => void observers.delete(id);
    },
    close() {
      void opened?.then((connection) => connection.close(), forget);
      channel?.close();
      channel = null;
      opened = null;
    },
  };
}

function rangeOf(threadId: string, page: RowPage | undefined): IDBKeyRange {
  return IDBKeyRange.bound([threadId], [threadId, page?.before ?? Number.POSITIVE_INFINITY], false, true);
}

function openDatabase(name: string, closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      const table = request.result.createObjectStore(TABLE, { keyPath: "seq", autoIncrement: true });
      table.createIndex(BY_KEY, ["threadId", "key"], { unique: true });
      table.createIndex(BY_SEQ, ["threadId", "seq"]);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const connection = request.result;
      connection.onclose = closed;
      // Somebody clears this site's data: do not stand in the way.
      connection.onversionchange = () => {
        connection.close();
        closed();
      };
      resolve(connection);
    };
  });
}
