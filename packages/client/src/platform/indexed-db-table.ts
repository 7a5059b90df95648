/**
 * Owns one table in IndexedDB: its database is opened when it is first needed, and again after it was closed or could not
 * be opened. Knows nothing of what is kept there.
 */
export interface IndexedDbTable {
  /** @param use asks for what is to be done, and says how to read what came of it once all of that is kept */
  run<Result>(mode: IDBTransactionMode, use: (table: IDBObjectStore) => () => Result): Promise<Result>;
  /** A later call opens the database again. */
  close(): void;
}

/** @param create makes the table, where there is none yet */
export function indexedDbTable(
  database: string,
  table: string,
  create: (database: IDBDatabase) => void,
): IndexedDbTable {
  let opened: Promise<IDBDatabase> | null = null;
  const forget = (): void => {
    opened = null;
  };

  function open(): Promise<IDBDatabase> {
    opened ??= openDatabase(database, create, forget);
    opened.catch(forget);
    return opened;
  }

  return {
    async run(mode, use) {
      const connection = await open();
      return new Promise((resolve, reject) => {
        const transaction = connection.transaction(table, mode);
        const read = use(transaction.objectStore(table));
        // Not before it is kept: a quota is checked last.
        transaction.oncomplete = () => resolve(read());
        transaction.onabort = () => reject(transaction.error);
      });
    },
    close() {
      void opened?.then((connection) => connection.close(), forget);
      forget();
    },
  };
}

function openDatabase(name: string, create: (database: IDBDatabase) => void, closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => create(request.result);
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
