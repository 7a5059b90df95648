/** Owns texts in IndexedDB: one database, one table, each owner's keys apart. */
import type { KeyValueStore } from "../outbox/device.ts";
import { indexedDbTable } from "./indexed-db-table.ts";

interface Row {
  readonly owner: string;
  readonly key: string;
  readonly value: string;
}

const TABLE = "items";

export function indexedDbStore(database: string, owner: string): KeyValueStore {
  const items = indexedDbTable(database, TABLE, (created) =>
    created.createObjectStore(TABLE, { keyPath: ["owner", "key"] }),
  );
  /** Arrays sort behind all texts. */
  const own = () => IDBKeyRange.bound([owner], [owner, []]);

  function run<Result>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
    return items.run(mode, (table) => {
      const request = ask(table);
      return () => request.result;
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
