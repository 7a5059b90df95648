/**
 * Owns a principal's items as records of a store: their order, their bounds, their expiry. One operation at a time, so
 * that what reads and then writes does so alone in this page.
 */
import type { SessionId } from "@sessionstream/protocol";
import type { OutboxFailure, OutboxItem } from "./outbox.ts";
import type { SturdyStore } from "./sturdy-store.ts";

export interface OutboxLimits {
  /** Default 100. */
  readonly items: number;
  /** As the device keeps them, two per UTF-16 unit. Default 1 MiB. */
  readonly bytes: number;
  /** Default 24 hours. */
  readonly ageMs: number;
}

export interface StoredItems {
  load(session: SessionId): Promise<LoadedItems>;
  /** What exceeds the bounds is kept as failed in this page only. `true` if that happened. */
  put(item: OutboxItem): Promise<boolean>;
  remove(session: SessionId, commandId: string): Promise<void>;
  /** Here always; `false`: the device may keep what it has. */
  clear(): Promise<boolean>;
}

interface LoadedItems {
  readonly items: readonly OutboxItem[];
  /** When the next of them expires. */
  readonly expiresAt: number | null;
  /** Some expired just now. */
  readonly expired: boolean;
}

/** Positions order a session's items by their first put, across pages and despite equal or backward clocks. */
interface StoredItem {
  readonly position: number;
  readonly item: OutboxItem;
}

const EXPIRED: OutboxFailure = {
  code: "delivery_expired",
  message: "The message waited too long to be sent. Send it again if it still fits.",
  retryable: false,
};
const FULL: OutboxFailure = {
  code: "limit_reached",
  message: "Too many messages wait to be sent. Send it again when some of them are gone.",
  retryable: true,
};

export function createStoredItems(store: SturdyStore, limits: OutboxLimits, now: () => number): StoredItems {
  const refused = new Map<string, StoredItem>();
  let last: Promise<unknown> = Promise.resolve();

  /** The store never rejects, so neither does the line. */
  function inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const result = last.then(operation);
    last = result;
    return result;
  }

  async function readAll(): Promise<Map<string, StoredItem>> {
    const records = new Map<string, StoredItem>();
    for (const [key, value] of await store.list()) {
      const record = readRecord(value);
      if (record !== null) records.set(key, record);
    }
    return records;
  }

  const write = (key: string, record: StoredItem): Promise<void> => store.put(key, JSON.stringify(record));

  function isOver({ createdAt, failure }: OutboxItem): boolean {
    return failure === null && createdAt + limits.ageMs <= now();
  }

  async function load(session: SessionId): Promise<LoadedItems> {
    const records = [...(await readAll()), ...refused].filter(([, { item }]) => item.session === session);
    records.sort(([, a], [, b]) => a.position - b.position);
    let expired = false;
    const items: OutboxItem[] = [];
    for (const [key, { position, item }] of records) {
      const kept = isOver(item) ? { ...item, failure: EXPIRED } : item;
      if (kept !== item) {
        await write(key, { position, item: kept });
        expired = true;
      }
      items.push(kept);
    }
    const waiting = items.filter(({ failure }) => failure === null).map(({ createdAt }) => createdAt + limits.ageMs);
    return { items, expired, expiresAt: waiting.length === 0 ? null : Math.min(...waiting) };
  }

  async function put(item: OutboxItem): Promise<boolean> {
    const key = keyOf(item.session, item.commandId);
    const records = await readAll();
    const known = records.get(key) ?? refused.get(key);
    refused.delete(key);
    const record = { item, position: known?.position ?? nextPosition(records, item.session) };
    if (records.has(key) || hasRoom(records, record)) {
      await write(key, record);
      return false;
    }
    refused.set(key, { ...record, item: { ...item, failure: item.failure ?? FULL } });
    return true;
  }

  function nextPosition(records: ReadonlyMap<string, StoredItem>, session: SessionId): number {
    const others = [...records.values(), ...refused.values()].filter(({ item }) => item.session === session);
    return Math.max(now(), ...others.map(({ position }) => position + 1));
  }

  function hasRoom(records: ReadonlyMap<string, StoredItem>, record: StoredItem): boolean {
    const bytes = [...records.values(), record].reduce((sum, one) => sum + 2 * JSON.stringify(one).length, 0);
    return records.size < limits.items && bytes <= limits.bytes;
  }

  return {
    load: (session) => inTurn(() => load(session)),
    put: (item) => inTurn(() => put(item)),
    remove: (session, commandId) =>
      inTurn(async () => {
        const key = keyOf(session, commandId);
        if (!refused.delete(key)) await store.remove(key);
      }),
    clear: () =>
      inTurn(async () => {
        refused.clear();
        return store.clear();
      }),
  };
}

/** Session ids contain no slash. */
function keyOf(session: SessionId, commandId: string): string {
  return `${session}/${commandId}`;
}

/** A record that somebody else damaged is none. */
function readRecord(text: string): StoredItem | null {
  try {
    // CAST: written by `write` under this version's name; the fields that steer are looked at.
    const record = JSON.parse(text) as StoredItem;
    const { session, commandId, createdAt, failure } = record.item;
    const isOurs = typeof session === "string" && typeof commandId === "string" && typeof record.position === "number";
    return isOurs && typeof createdAt === "number" && failure !== undefined ? record : null;
  } catch {
    return null;
  }
}
