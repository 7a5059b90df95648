/** The list of threads of a sessionstream server, over HTTP. Owns the requests and the reading of what comes back. */
import {
  isJsonObject,
  isSessionId,
  parseOrdinal,
  SessionStreamError,
  type ThreadChange,
  type ThreadJson,
  type ThreadPageRequest,
} from "@sessionstream/protocol";
import { type HttpAccess, httpOptions } from "../backend/sessionstream/http-options.ts";
import type { HttpRequest } from "../command/http-routes.ts";
import { createHttpSend } from "../command/http-send.ts";
import { defaultPlatform } from "../platform/default-platform.ts";
import type { ThreadEntry, ThreadList } from "./thread-list.ts";

export function httpThreads(access: HttpAccess): ThreadList {
  const send = createHttpSend(httpOptions(access, access.platform ?? defaultPlatform()));
  const never = new AbortController().signal;
  return {
    async list(request = {}, signal = never) {
      const path = `/sessions?${queryOf(request)}`;
      return readPage(await send({ operation: "list-threads", method: "GET", path }, signal));
    },
    async update(sessionId, change, signal = never) {
      const request = { operation: "update-thread", method: "PATCH", ...at(sessionId), body: bodyOf(change) } as const;
      return readEntry(request, await send(request, signal));
    },
    async remove(sessionId, signal = never) {
      await send({ operation: "remove-thread", method: "DELETE", ...at(sessionId) }, signal);
    },
  };
}

function at(sessionId: string): Pick<HttpRequest, "path"> {
  return { path: `/sessions/${encodeURIComponent(sessionId)}` };
}

function queryOf({ archived = false, search = "", before, limit }: ThreadPageRequest): URLSearchParams {
  const query = new URLSearchParams();
  if (archived) query.set("archived", "true");
  if (search.trim() !== "") query.set("search", search);
  if (before !== undefined) query.set("before", before);
  if (limit !== undefined) query.set("limit", String(limit));
  return query;
}

function bodyOf({ readOrdinal, ...change }: ThreadChange) {
  return { ...change, ...(readOrdinal === undefined ? {} : { readOrdinal: readOrdinal.toString() }) };
}

function readPage(answer: unknown) {
  const { threads, next } = isJsonObject(answer) ? answer : {};
  if (!Array.isArray(threads) || (next !== null && typeof next !== "string")) throw unreadable("list-threads");
  return { threads: threads.map((entry: unknown) => readEntry({ operation: "list-threads" }, entry)), next };
}

function readEntry({ operation }: Pick<HttpRequest, "operation">, answer: unknown): ThreadEntry {
  const read: Partial<Readonly<Record<keyof ThreadJson, unknown>>> = isJsonObject(answer) ? answer : {};
  const lastMessageOrdinal = parseOrdinal(read.lastMessageOrdinal);
  const readOrdinal = parseOrdinal(read.readOrdinal);
  const { sessionId, title, preview, createdAt, lastActivityAt, unread, pinned, muted, archived } = read;
  if (
    typeof sessionId !== "string" ||
    !isSessionId(sessionId) ||
    lastMessageOrdinal === null ||
    readOrdinal === null ||
    typeof title !== "string" ||
    typeof preview !== "string" ||
    typeof createdAt !== "number" ||
    typeof lastActivityAt !== "number" ||
    typeof unread !== "number"
  ) {
    throw unreadable(operation);
  }
  return {
    sessionId,
    title,
    preview,
    createdAt,
    lastActivityAt,
    lastMessageOrdinal,
    readOrdinal,
    unread,
    pinned: pinned === true,
    muted: muted === true,
    archived: archived === true,
  };
}

function unreadable(operation: string): SessionStreamError {
  return new SessionStreamError("bad_server_frame", `${operation} was answered with something else than threads`);
}
