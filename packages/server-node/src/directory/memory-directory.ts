/** The reference implementation of the directory: what the others must behave like. Owns nothing durable. */
import { compareThreads, SessionStreamError, type ThreadMarks } from "@sessionstream/protocol";
import type { SessionKey } from "../storage/contract.ts";
import type {
  DirectoryEntry,
  DirectoryMark,
  DirectoryPage,
  DirectoryQuery,
  SessionActivity,
  SessionDirectory,
} from "./contract.ts";
import { folded } from "./folded.ts";
import { pageOf, placeOf, readQuery } from "./page.ts";
import { entryFor, keepable, NO_MARK, readableTitle, type StoredEntry } from "./stored-entry.ts";

interface Kept {
  readonly entry: StoredEntry;
  /** By principal. */
  readonly marks: ReadonlyMap<string, ThreadMarks>;
}

/** The "disk". Given to two directories, it is what both read and write. */
export type MemoryDirectoryContents = Map<string, Kept>;

export function memoryDirectory(contents: MemoryDirectoryContents = new Map()): SessionDirectory {
  return new MemoryDirectory(contents);
}

class MemoryDirectory implements SessionDirectory {
  readonly #contents: MemoryDirectoryContents;
  #closed = false;

  constructor(contents: MemoryDirectoryContents) {
    this.#contents = contents;
  }

  async record(activity: SessionActivity): Promise<void> {
    const known = this.#find(activity.session);
    const isSameLog = known?.entry.createdAt === activity.createdAt;
    if (known !== undefined && !isNewer(activity, known.entry)) return;
    const entry = { ...keepable(activity), givenTitle: isSameLog ? known.entry.givenTitle : null };
    this.#keep({ entry, marks: isSameLog ? known.marks : new Map() });
  }

  async list(query: DirectoryQuery): Promise<DirectoryPage> {
    this.#assertOpen();
    const { tenant, principal, archived } = query;
    const { limit, after } = readQuery(query);
    const search = folded(query.search);
    const found = [...this.#contents.values()]
      .filter(({ entry }) => entry.session.tenant === tenant && entry.owner === principal)
      .map((kept) => shown(kept, principal))
      .filter((entry) => entry.archived === archived && isFound(entry, search))
      .filter((entry) => compareThreads(placeOf(entry), after) > 0)
      .sort((a, b) => compareThreads(placeOf(a), placeOf(b)));
    return pageOf(found.slice(0, limit + 1), limit);
  }

  async get(session: SessionKey, principal: string): Promise<DirectoryEntry | null> {
    const kept = this.#find(session);
    return kept === undefined ? null : shown(kept, principal);
  }

  async rename(session: SessionKey, title: string): Promise<void> {
    const kept = this.#find(session);
    if (kept !== undefined) this.#keep({ ...kept, entry: { ...kept.entry, givenTitle: readableTitle(title) } });
  }

  async mark(session: SessionKey, principal: string, mark: DirectoryMark): Promise<void> {
    const kept = this.#find(session);
    if (kept === undefined) return;
    const before = kept.marks.get(principal) ?? NO_MARK;
    const { readOrdinal = 0n } = mark;
    const after = {
      ...before,
      ...mark,
      readOrdinal: readOrdinal > before.readOrdinal ? readOrdinal : before.readOrdinal,
    };
    this.#keep({ ...kept, marks: new Map(kept.marks).set(principal, after) });
  }

  async remove(session: SessionKey): Promise<void> {
    this.#assertOpen();
    this.#contents.delete(nameOf(session));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #find(session: SessionKey): Kept | undefined {
    this.#assertOpen();
    return this.#contents.get(nameOf(session));
  }

  #keep(kept: Kept): void {
    this.#contents.set(nameOf(kept.entry.session), kept);
  }

  #assertOpen(): void {
    if (this.#closed) throw new SessionStreamError("closed", "This directory was closed; open another.");
  }
}

function isNewer(a: SessionActivity, b: SessionActivity): boolean {
  return a.createdAt > b.createdAt || (a.createdAt === b.createdAt && a.ordinal > b.ordinal);
}

function shown({ entry, marks }: Kept, principal: string): DirectoryEntry {
  return entryFor(principal, entry, marks.get(principal) ?? NO_MARK);
}

function isFound({ title, preview }: DirectoryEntry, search: string): boolean {
  return folded(title).includes(search) || folded(preview).includes(search);
}

function nameOf({ tenant, session }: SessionKey): string {
  return JSON.stringify([tenant, session]);
}
