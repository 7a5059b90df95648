/**
 * Owns the order of a list and the place in it where a page ended. The place is that of an entry, not a count: what comes
 * in above moves nothing.
 */
import { isSessionId, SessionStreamError } from "@sessionstream/protocol";
import { type DirectoryEntry, type DirectoryPage, type DirectoryQuery, MAX_PAGE } from "./contract.ts";

/** Comes before everything that a further page has. */
export interface Place {
  readonly pinned: boolean;
  readonly lastActivityAt: number;
  readonly session: string;
}

const BEFORE_ALL: Place = { pinned: true, lastActivityAt: Number.MAX_VALUE, session: "" };

export function placeOf({ pinned, lastActivityAt, session }: DirectoryEntry): Place {
  return { pinned, lastActivityAt, session: session.session };
}

/** Pinned first, then the newest activity, then by id. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  if (a.lastActivityAt !== b.lastActivityAt) return b.lastActivityAt - a.lastActivityAt;
  if (a.session === b.session) return 0;
  return a.session < b.session ? -1 : 1;
}

/** @throws SessionStreamError `bad_request` */
export function readQuery({ limit, before }: DirectoryQuery): { readonly limit: number; readonly after: Place } {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new SessionStreamError("bad_request", `"limit" is a whole number from 1 to ${MAX_PAGE}.`);
  }
  return { limit, after: before === null ? BEFORE_ALL : readPlace(before) };
}

/** @param entries one more than `limit`, if there are */
export function pageOf(entries: readonly DirectoryEntry[], limit: number): DirectoryPage {
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  return { entries: page, next: last === undefined || entries.length <= limit ? null : writePlace(placeOf(last)) };
}

function writePlace({ pinned, lastActivityAt, session }: Place): string {
  return Buffer.from(JSON.stringify([pinned, lastActivityAt, session])).toString("base64url");
}

function readPlace(text: string): Place {
  const [pinned, lastActivityAt, session] = parseList(Buffer.from(text, "base64url").toString());
  if (
    typeof pinned === "boolean" &&
    Number.isFinite(lastActivityAt) &&
    typeof session === "string" &&
    isSessionId(session)
  ) {
    return { pinned, lastActivityAt: Number(lastActivityAt), session };
  }
  throw new SessionStreamError("bad_request", '"before" has to be the "next" of the page before.');
}

function parseList(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
