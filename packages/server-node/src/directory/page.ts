/**
 * Owns the place in a list where a page ended. It is that of an entry, not a count: what comes in above moves nothing.
 */
import { isSessionId, SessionStreamError, type ThreadPlace } from "@sessionstream/protocol";
import { type DirectoryEntry, type DirectoryPage, type DirectoryQuery, MAX_PAGE } from "./contract.ts";

const BEFORE_ALL: ThreadPlace = { pinned: true, lastActivityAt: Number.MAX_VALUE, sessionId: "" };

export function placeOf({ pinned, lastActivityAt, session }: DirectoryEntry): ThreadPlace {
  return { pinned, lastActivityAt, sessionId: session.session };
}

/** @throws SessionStreamError `bad_request` */
export function readQuery({ limit, before }: DirectoryQuery): { readonly limit: number; readonly after: ThreadPlace } {
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

function writePlace({ pinned, lastActivityAt, sessionId }: ThreadPlace): string {
  return Buffer.from(JSON.stringify([pinned, lastActivityAt, sessionId])).toString("base64url");
}

function readPlace(text: string): ThreadPlace {
  const [pinned, lastActivityAt, sessionId] = parseList(Buffer.from(text, "base64url").toString());
  if (
    typeof pinned === "boolean" &&
    Number.isFinite(lastActivityAt) &&
    typeof sessionId === "string" &&
    isSessionId(sessionId)
  ) {
    return { pinned, lastActivityAt: Number(lastActivityAt), sessionId };
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
