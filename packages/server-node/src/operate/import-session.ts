/**
 * Owns making a session of exported lines: the same log under a new epoch, so that no cursor of the old one fits it.
 * Its entities are derived when a hub first loads it. Commands are not part of an export: ids may be used again.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import {
  isRetention,
  type MessageStorageAdapter,
  type RetentionStorage,
  type SessionCommit,
  type SessionHead,
  type SessionKey,
  type StoredEntity,
  type StoredEvent,
} from "../storage/contract.ts";
import { NOBODYS_VIEW } from "./copy-session.ts";
import { bad, type ExportHeader, readLine } from "./line-format.ts";

export interface ImportOptions {
  /** Default: as it was called. */
  readonly session?: SessionKey;
  /** Of at least 128 bits. */
  readonly randomId: () => string;
}

export interface ImportedSession {
  readonly session: SessionKey;
  readonly epoch: string;
  readonly ordinal: bigint;
}

interface ReadExport {
  readonly header: ExportHeader;
  readonly base: readonly StoredEntity[];
  readonly events: readonly StoredEvent[];
  readonly entities: readonly StoredEntity[];
}

/**
 * All of it or nothing.
 * @throws bad_request for lines that are no export, or not all of one; conflict when the session exists; invalid_options
 * when the log was shortened and the storage is no RetentionStorage; storage_unavailable
 */
export async function importSession(
  storage: MessageStorageAdapter,
  lines: AsyncIterable<string> | Iterable<string>,
  { session, randomId }: ImportOptions,
): Promise<ImportedSession> {
  const { header, base, events, entities } = await readExport(lines);
  const key = session ?? { tenant: header.tenant, session: header.session };
  const { ordinal, floor } = header;
  const shortened = floor > 0n && isRetention(storage) ? storage : null;
  if (floor > 0n && shortened === null) {
    throw new SessionStreamError("invalid_options", "This log was shortened: only a RetentionStorage can take it.");
  }
  const head: SessionHead = {
    revision: randomId(),
    epoch: randomId(),
    ordinal,
    tag: events.at(-1)?.id ?? "",
    projected: floor,
    view: NOBODYS_VIEW,
    horizon: ordinal,
    floor,
  };
  await commitNew(storage, { session: key, expect: null, head, events, entities: { put: entities, forget: [] } });
  if (shortened !== null) await addBase(shortened, key, head, base, randomId());
  return { session: key, epoch: head.epoch, ordinal };
}

async function commitNew(storage: MessageStorageAdapter, commit: SessionCommit): Promise<void> {
  const result = await storage.commit(commit);
  if (result.status === "committed") return;
  const { session } = commit.session;
  const message = `There is a session "${session}" already: import under another name, or remove it first.`;
  throw new SessionStreamError("conflict", message, { retryable: false });
}

async function addBase(
  storage: RetentionStorage,
  session: SessionKey,
  head: SessionHead,
  base: readonly StoredEntity[],
  revision: string,
): Promise<void> {
  try {
    const result = await storage.truncate({ session, expect: head.revision, head: { ...head, revision }, base });
    if (result.status !== "committed")
      throw new SessionStreamError("conflict", "Somebody wrote to the session meanwhile.");
  } catch (error) {
    await storage.remove(session);
    throw error;
  }
}

async function readExport(lines: AsyncIterable<string> | Iterable<string>): Promise<ReadExport> {
  let header: ExportHeader | null = null;
  const [base, entities]: [StoredEntity[], StoredEntity[]] = [[], []];
  const events: StoredEvent[] = [];
  let number = 0;
  let ended = false;
  for await (const text of lines) {
    if (text === "") continue;
    number += 1;
    const line = readLine(text, number);
    if (ended) throw bad(number, "it follows the end");
    if ((line.type === "header") !== (header === null)) throw bad(number, "an export begins with its one header");
    switch (line.type) {
      case "header":
        header = line;
        break;
      case "base":
        base.push(line.entity);
        break;
      case "event":
        if (line.event.ordinal !== (events.at(-1)?.ordinal ?? header?.floor ?? 0n) + 1n) {
          throw bad(number, "events follow each other without a gap");
        }
        events.push(line.event);
        break;
      case "entity":
        entities.push(line.entity);
        break;
      case "end":
        if (line.lines !== number - 1) throw bad(number, "lines are missing");
        ended = true;
    }
  }
  if (header === null || !ended || (events.at(-1)?.ordinal ?? header.floor) !== header.ordinal) {
    throw new SessionStreamError("bad_request", "The export is incomplete: export the session again.");
  }
  return { header, base, events, entities };
}
