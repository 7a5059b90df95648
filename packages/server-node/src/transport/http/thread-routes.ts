/** Owns the routes of a list of threads: reading what a request asks for, and the JSON of an entry. */
import {
  ORDINAL_MAX,
  parseOrdinal,
  SessionStreamError,
  type ThreadChange,
  type ThreadJson,
  TITLE_LENGTH,
} from "@sessionstream/protocol";
import type { DirectoryEntry } from "../../directory/contract.ts";
import { flagField, textField } from "./body-fields.ts";
import type { ChatCall } from "./chat-call.ts";

const MAX_SEARCH = 200;

export async function listThreads({ threads, principal, query }: ChatCall): Promise<string> {
  const before = query.get("before");
  const { entries, next } = await threads.list({
    principal,
    archived: readFlag(query.get("archived")),
    search: readSearch(query.get("search") ?? ""),
    ...(before === null ? {} : { before }),
    ...readLimit(query.get("limit")),
  });
  return JSON.stringify({ threads: entries.map(threadJson), next });
}

export async function updateThread({ threads, principal, session, body }: ChatCall): Promise<string> {
  const fields = {
    title: readTitle(textField(body, "title")),
    pinned: flagField(body, "pinned"),
    muted: flagField(body, "muted"),
    archived: flagField(body, "archived"),
    readOrdinal: readOrdinal(textField(body, "readOrdinal")),
  };
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (said.length === 0) {
    throw new SessionStreamError(
      "bad_request",
      'Say what to change: "title", "pinned", "muted", "archived" or "readOrdinal".',
    );
  }
  // CAST: the fields above without those that were not said.
  const change = Object.fromEntries(said) as ThreadChange;
  return JSON.stringify(threadJson(await threads.update({ principal, session, ...change })));
}

export async function removeThread({ threads, principal, session }: ChatCall): Promise<string> {
  await threads.remove({ principal, session });
  return JSON.stringify({ sessionId: session, removed: true });
}

function threadJson({ session, owner: _, lastMessageOrdinal, readOrdinal, ...entry }: DirectoryEntry): ThreadJson {
  return {
    sessionId: session.session,
    ...entry,
    lastMessageOrdinal: lastMessageOrdinal.toString(),
    readOrdinal: readOrdinal.toString(),
  };
}

function readFlag(text: string | null): boolean {
  if (text === null || text === "false") return false;
  if (text === "true") return true;
  throw new SessionStreamError("bad_request", '"archived" is "true" or "false".');
}

/** Its bounds are the directory's. */
function readLimit(text: string | null): { readonly limit?: number } {
  if (text === null) return {};
  if (/^\d{1,4}$/.test(text)) return { limit: Number(text) };
  throw new SessionStreamError("bad_request", '"limit" has to be a decimal number.');
}

function readSearch(text: string): string {
  if (text.length <= MAX_SEARCH) return text;
  throw new SessionStreamError("bad_request", `"search" has at most ${MAX_SEARCH} characters.`);
}

function readTitle(text: string | undefined): string | undefined {
  if (text === undefined || [...text].length <= TITLE_LENGTH) return text;
  throw new SessionStreamError("bad_request", `"title" has at most ${TITLE_LENGTH} characters.`);
}

function readOrdinal(text: string | undefined): bigint | undefined {
  const ordinal = text === undefined ? undefined : parseOrdinal(text);
  if (ordinal !== null && (ordinal ?? 0n) <= ORDINAL_MAX) return ordinal;
  throw new SessionStreamError("bad_request", '"readOrdinal" has to be an ordinal: a decimal number, as text.');
}
