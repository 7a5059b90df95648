/**
 * Owns a session's log as lines that `importSession` reads: on any storage, page by page. For operators: nothing is
 * redacted. What people may download is the HTTP route.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { isRetention, type MessageStorageAdapter, type SessionKey } from "../storage/contract.ts";
import { type ExportLine, headerOf, writeLine } from "./line-format.ts";
import { readEvents } from "./read-events.ts";

export interface ExportOptions {
  /** The stored entities too: only for reading, and for kinds that no module knows. Default `true`. */
  readonly entities?: boolean;
}

/** Lines without line ends. @throws session_not_found, gone, corrupt_data, storage_unavailable */
export async function* exportSession(
  storage: MessageStorageAdapter,
  session: SessionKey,
  { entities = true }: ExportOptions = {},
): AsyncGenerator<string> {
  const loaded = await storage.load(session);
  if (loaded === null) throw new SessionStreamError("session_not_found", `There is no session "${session.session}".`);
  const { head } = loaded;
  let lines = 0;
  function line(content: ExportLine): string {
    lines += 1;
    return writeLine(content);
  }
  yield line(headerOf(session, head));
  if (head.floor > 0n) {
    const base = isRetention(storage) ? await storage.base(session) : null;
    if (base?.floor !== head.floor) {
      throw new SessionStreamError("gone", `The log begins after ${head.floor} and has no base to begin with.`);
    }
    for (const entity of base.entities) yield line({ type: "base", entity });
  }
  for await (const event of readEvents(storage, session, { after: head.floor, upTo: head.ordinal })) {
    yield line({ type: "event", event });
  }
  if (entities) for (const entity of loaded.entities) yield line({ type: "entity", entity });
  yield writeLine({ type: "end", lines });
}
