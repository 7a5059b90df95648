/**
 * Owns reading a stretch of the log in pages, giving the event loop a turn between them.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { SessionKey, StoredEvent } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";

const PAGE = 500;

/**
 * The events in `(after, upTo]`, page by page.
 * @throws SessionStreamError `gone` when they begin below the retained floor, `corrupt_data` when the log has a hole.
 */
export async function* readLog(
  core: HubCore,
  session: SessionKey,
  range: { readonly after: bigint; readonly upTo: bigint },
): AsyncGenerator<readonly StoredEvent[]> {
  let { after } = range;
  while (after < range.upTo) {
    const found = await core.storage.events(session, { after, limit: PAGE });
    if (found === "gone") {
      throw new SessionStreamError("gone", `The events after ${after} are no longer kept; read from the floor on.`);
    }
    const page = found.filter((event) => event.ordinal <= range.upTo);
    checkDense(page, after);
    after += BigInt(page.length);
    yield page;
    if (after < range.upTo) await core.platform.yield();
  }
}

function checkDense(page: readonly StoredEvent[], after: bigint): void {
  let expected = after;
  for (const { ordinal } of page) {
    expected += 1n;
    if (ordinal !== expected) throw hole(expected);
  }
  if (page.length === 0) throw hole(expected + 1n);
}

function hole(ordinal: bigint): SessionStreamError {
  return new SessionStreamError("corrupt_data", `The log has no event ${ordinal}, though its head is beyond.`);
}
