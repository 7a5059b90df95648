/** Owns reading a log without a hub, and that it is dense. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { MessageStorageAdapter, SessionKey, StoredEvent } from "../storage/contract.ts";

const PAGE = 500;

/** The events in `(after, upTo]`. @throws gone, corrupt_data */
export async function* readEvents(
  storage: MessageStorageAdapter,
  session: SessionKey,
  range: { readonly after: bigint; readonly upTo: bigint },
): AsyncGenerator<StoredEvent> {
  let { after } = range;
  while (after < range.upTo) {
    const page = await storage.events(session, { after, limit: PAGE });
    if (page === "gone") throw new SessionStreamError("gone", "The log was shortened meanwhile; begin again.");
    if (page.length === 0) throw hole(after + 1n);
    for (const event of page) {
      if (event.ordinal > range.upTo) return;
      if (event.ordinal !== after + 1n) throw hole(after + 1n);
      after = event.ordinal;
      yield event;
    }
  }
}

function hole(ordinal: bigint): SessionStreamError {
  return new SessionStreamError("corrupt_data", `The log has no event ${ordinal}, though its head is beyond.`);
}
