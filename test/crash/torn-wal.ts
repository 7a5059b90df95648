/**
 * Owns what a power cut may leave of a SQLite file: its database and its write-ahead log as they were at some moment,
 * the log's tail cut off or overwritten. What a checkpoint moved into the database had been synced before.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { MessageStorageAdapter, SessionCommit, SessionHead, SessionKey } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import Database from "libsql";

/** All that was stored of every session, after so many commits. */
type Contents = Awaited<ReturnType<typeof contentsOf>>;

/** The two files at one moment. */
export interface Photograph {
  readonly database: Buffer;
  readonly wal: Buffer;
  /** How many commits the database itself holds. */
  readonly checkpointed: number;
  /** Where the log ended after each later commit. */
  readonly walEnds: readonly number[];
}

export type Damage =
  | { readonly type: "cut" }
  | { readonly type: "zeroed"; readonly bytes: number }
  | { readonly type: "garbled"; readonly noise: Uint8Array };

export interface BusyFile {
  /** What was stored after 0, 1, 2 … commits. */
  readonly history: readonly Contents[];
  readonly photographs: readonly Photograph[];
}

const SESSIONS: readonly SessionKey[] = ["a", "b", "c"].map((session) => ({ tenant: "acme", session }));
const COMMITS = 48;
/** The log begins anew after it, and overwrites the frames it had. */
const CHECKPOINT_AFTER = 22;
const PHOTOGRAPHED_AFTER = [12, CHECKPOINT_AFTER, 26, 35, COMMITS];

export async function busyFile(path: string): Promise<BusyFile> {
  const database = new Database(path);
  const storage = sqliteStorage({ database, synchronous: "NORMAL" });
  database.exec("PRAGMA wal_autocheckpoint = 0");
  const heads = new Map<SessionKey, SessionHead>();
  const history = [await contentsOf(storage)];
  const photographs: Photograph[] = [];
  let checkpointed = 0;
  const walEnds: number[] = [];
  for (let number = 1; number <= COMMITS; number++) {
    const commit = commitNumber(number, heads);
    await storage.commit(commit);
    heads.set(commit.session, commit.head);
    history.push(await contentsOf(storage));
    const wal = readFileSync(`${path}-wal`);
    walEnds.push(endOfWal(wal));
    if (PHOTOGRAPHED_AFTER.includes(number)) {
      photographs.push({ database: readFileSync(path), wal, checkpointed, walEnds: [...walEnds] });
    }
    if (number === CHECKPOINT_AFTER) {
      database.prepare("PRAGMA wal_checkpoint(PASSIVE)").get();
      checkpointed = number;
      walEnds.length = 0;
    }
  }
  await storage.close();
  database.close();
  return { history, photographs };
}

/** Sizes differ, so that commits end in the middle of a page and take several. */
function commitNumber(number: number, heads: ReadonlyMap<SessionKey, SessionHead>): SessionCommit {
  const [session = { tenant: "", session: "" }] = SESSIONS.slice(number % SESSIONS.length);
  const before = heads.get(session);
  const first = before?.ordinal ?? 0n;
  const events = Array.from({ length: 1 + (number % 4) }, (_, index) => ({
    ordinal: first + BigInt(index) + 1n,
    id: `event-${number}-${index}`,
    at: number,
    name: "Said",
    payload: "x".repeat((number * 397) % 3_000),
  }));
  const ordinal = first + BigInt(events.length);
  const entity = {
    kind: "Note",
    id: `note-${number % 5}`,
    createdOrdinal: ordinal,
    createdIndex: 0,
    lastEventOrdinal: ordinal,
    createdAt: number,
    updatedAt: number,
    open: false,
    removed: false,
    payload: `after commit ${number}`,
  };
  return {
    session,
    expect: before?.revision ?? null,
    head: {
      revision: `revision-${number}`,
      epoch: "epoch",
      ordinal,
      tag: events.at(-1)?.id ?? "",
      projected: ordinal,
      view: "view",
      horizon: 0n,
      floor: 0n,
    },
    events,
    command: { id: commandId(number), scope: "ada", fingerprint: "f", outcome: `outcome ${number}` },
    entities: { put: [entity], forget: [] },
  };
}

function commandId(number: number): string {
  return `command-${number}`;
}

export async function contentsOf(storage: MessageStorageAdapter) {
  return Promise.all(
    SESSIONS.map(async (session) => ({
      loaded: await storage.load(session),
      events: await storage.events(session, { after: 0n, limit: 10_000 }),
      commands: await Promise.all(
        Array.from({ length: COMMITS }, (_, index) => storage.command(session, commandId(index + 1))),
      ),
    })),
  );
}

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Where the frames end that belong to the log's present beginning; those behind are left over from before. */
function endOfWal(wal: Buffer): number {
  const pageBytes = wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  let end = WAL_HEADER_BYTES;
  while (end < wal.length && wal.subarray(end + 8, end + 16).equals(salts)) end += FRAME_HEADER_BYTES + pageBytes;
  return end;
}

/** Writes the photograph to `path`, damaged from `offset` of its log on. */
export function develop(path: string, photograph: Photograph, offset: number, damage: Damage): void {
  writeFileSync(path, photograph.database);
  writeFileSync(`${path}-wal`, damaged(photograph.wal, offset, damage));
}

function damaged(wal: Buffer, offset: number, damage: Damage): Buffer {
  if (damage.type === "cut") return wal.subarray(0, offset);
  const copy = Buffer.from(wal);
  if (damage.type === "zeroed") copy.fill(0, offset, Math.min(offset + damage.bytes, copy.length));
  else copy.set(damage.noise.subarray(0, copy.length - offset), offset);
  return copy;
}
