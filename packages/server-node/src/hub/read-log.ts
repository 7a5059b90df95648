/**
 * Owns reading a stretch of the log in pages, giving the event loop a turn between them.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { SessionKey, StoredEvent } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";

const PAGE = 500;

export interface LogRange {
  /** Of the head that says what there is to read. */
  readonly epoch: string;
  readonly after: bigint;
  readonly upTo: bigint;
  /** Id of the event at `upTo`, where it is known. */
  readonly tag?: string;
}

/**
 * The events in `(after, upTo]`, page by page.
 * @throws SessionStreamError `gone` when they begin below the retained floor; `busy` when the log was replaced meanwhile,
 * by a removal or a backup; `corrupt_data` when it was not, and has a hole.
 */
export async function* readLog(
  core: HubCore,
  session: SessionKey,
  range: LogRange,
): AsyncGenerator<readonly StoredEvent[]> {
  let { after } = range;
  while (after < range.upTo) {
    const found = await core.storage.events(session, { after, limit: PAGE });
    if (found === "gone") {
      throw new SessionStreamError("gone", `The events after ${after} are no longer kept; read from the floor on.`);
    }
    const page = found.filter((event) => event.ordinal <= range.upTo);
    const problem = findProblem(page, after, range);
    if (problem !== null) throw await explain(core, session, range, problem);
    after += BigInt(page.length);
    yield page;
    if (after < range.upTo) await core.platform.yield();
  }
}

function findProblem(page: readonly StoredEvent[], after: bigint, { upTo, tag }: LogRange): string | null {
  let expected = after;
  for (const { ordinal } of page) {
    expected += 1n;
    if (ordinal !== expected) return `The log has no event ${expected}, though its head is beyond.`;
  }
  if (page.length === 0) return `The log has no event ${expected + 1n}, though its head is beyond.`;
  const isOther = expected === upTo && tag !== undefined && page.at(-1)?.id !== tag;
  return isOther ? `The log has another event ${upTo} than its head says.` : null;
}

/** Head and events are read one after the other: what does not fit together may be of two logs. */
async function explain(
  core: HubCore,
  session: SessionKey,
  { epoch, upTo, tag }: LogRange,
  problem: string,
): Promise<SessionStreamError> {
  const head = (await core.storage.load(session))?.head;
  // A backup that was put in its place has the same epoch, and ends earlier or otherwise.
  const isSame =
    head?.epoch === epoch && (head.ordinal > upTo || (head.ordinal === upTo && (tag ?? head.tag) === head.tag));
  if (isSame) return new SessionStreamError("corrupt_data", problem);
  return new SessionStreamError("busy", "The session's log was replaced while it was read; try again.");
}
