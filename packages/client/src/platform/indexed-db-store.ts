/** Owns texts in IndexedDB: one database, one table, each owner's keys apart. */
import type { KeyValueStore } from "../outbox/device.ts";

interface Row {
  readonly owner: string;
  readonly key: string;
  readonly value: string;
}

const TABLE = "items";

export function indexedDbStore(database: string, owner: string): KeyValueStore {
  let opened: Promise<IDBDatabase> | null = null;
  /** Arrays sort behind all texts. */
  const own = () => IDBKeyRange.bound([owner], [owner, []]);
  const forget = () => {
    opened = null;
  };

  function open(): Promise<IDBDatabase> {
    opened ??= openDatabase(database, forget);
    opened.catch(forget);
    return opened;
  }

  async function run<T>(mode: IDBTransactionMode, use: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const connection = await open();
    return new Promise((resolve, reject) => {
      const transaction = connection.transaction(TABLE, mode);
      const request = use(transaction.objectStore(TABLE));
      // Not before it is kept: a quota is checked last.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    async list() {
      const rows = await run<Row[]>("readonly", (table) => table.getAll(own()));
      return rows.map(({ key, value }) => [key, value] as const);
    },
    async put(key, value) {
      await run("readwrite", (table) => table.put({ owner, key, value } satisfies Row));
    },
    async remove(key) {
      await run("readwrite", (table) => table.delete([owner, key]));
    },
    async clear() {
      await run("readwrite", (table) => table.delete(own()));
    },
  };
}

function openDatabase(name: string, closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: ["owner", "key"] });
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
