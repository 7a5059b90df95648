import type * as storage from "@sessionstream/server-node";
import type { RootDatabase } from "lmdb";

/** Sessions in LMDB: keys are lists that sort part by part, values are JSON. */
export function keyValueStorage(db: RootDatabase<string, string[]>): storage.MessageStorageAdapter {
  const at = ({ tenant, session }: storage.SessionKey, ...rest: string[]): string[] => [tenant, session, ...rest];
  const get = <T>(key: string[]): T | null => parse<T | null>(db.get(key) ?? "null");
  const list = <T>(start: string[], end: string[], limit?: number): T[] =>
    [...db.getRange({ start, end, ...(limit !== undefined && { limit }) })].map(({ value }) => parse<T>(value));
  const fresh = (): void => db.resetReadTxn();

  return {
    capabilities: { durability: "process", shared: false },
    async load(session) {
      fresh();
      const head = get<storage.SessionHead>(at(session, "head"));
      return head && { head, entities: list<storage.StoredEntity>(at(session, "entity"), at(session, "entity~")) };
    },
    async events(session, { after, limit }) {
      fresh();
      if (after < (get<storage.SessionHead>(at(session, "head"))?.floor ?? 0n)) return "gone";
      return list<storage.StoredEvent>(at(session, "event", digits(after + 1n)), at(session, "event~"), limit);
    },
    async command(session, id) {
      fresh();
      return get<storage.StoredCommand>(at(session, "command", id));
    },
    commit: async ({ session, expect, head, events, command, entities }) =>
      db.transactionSync((): storage.CommitResult => {
        const known = command && get<storage.StoredCommand>(at(session, "command", command.id));
        if (known) return { status: "duplicate", command: known };
        const stored = get<storage.SessionHead>(at(session, "head"));
        if ((stored?.revision ?? null) !== expect) return { status: "conflict", head: stored };
        db.putSync(at(session, "head"), stringify(head));
        for (const event of events) db.putSync(at(session, "event", digits(event.ordinal)), stringify(event));
        if (command) db.putSync(at(session, "command", command.id), stringify(command));
        if (entities?.replace) clear(db, at(session, "entity"), at(session, "entity~"));
        for (const { kind, id } of entities?.forget ?? []) db.removeSync(at(session, "entity", kind, id));
        for (const entity of entities?.put ?? [])
          db.putSync(at(session, "entity", entity.kind, entity.id), stringify(entity));
        return { status: "committed" };
      }),
    remove: async (session) => db.transactionSync(() => clear(db, at(session), at(session, "~"))),
    close: () => db.close(),
  };
}

const digits = (ordinal: bigint): string => String(ordinal).padStart(19, "0");
const clear = (db: RootDatabase<string, string[]>, start: string[], end: string[]): void => {
  for (const key of [...db.getKeys({ start, end })]) db.removeSync(key);
};
/** Ordinals are bigints, which JSON does not know. */
const stringify = (value: object): string =>
  JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? { bigint: `${part}` } : part));
const parse = <T>(text: string): T =>
  JSON.parse(text, (_key, part) => (typeof part?.bigint === "string" ? BigInt(part.bigint) : part));
