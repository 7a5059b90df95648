/**
 * Owns taking back what events said: each keeps its place, id and time, and says nothing any more. The entities are
 * derived anew, as if it never had; everybody who watches starts over.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import {
  isRedactable,
  type LoadedSession,
  type SessionHead,
  type SessionKey,
  type StoredCommand,
  type StoredEvent,
} from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { deriveView } from "./derive-view.ts";
import type { Lane } from "./lane.ts";
import { observeRebuild } from "./rebuild-lane.ts";
import { noAbilityError } from "./unit-errors.ts";

/** No module declares an event of this name, so none projects it. */
const ERASED_NAME = "sessionstream.Erased";
const ERASED_PAYLOAD = '{"@type":"type.googleapis.com/google.protobuf.Empty"}';
const ALL = 100_000;

export function eraseEvents(lane: Lane, ordinals: readonly bigint[]): Promise<void> {
  const { core, session } = lane;
  const { storage } = core;
  if (!isRedactable(storage)) throw noAbilityError("erases what events said", "RedactableStorage");
  const asked = new Set(ordinals);
  return lane.runAlone(async () => {
    for (let attempt = 0; attempt < core.limits.maxAttempts; attempt += 1) {
      const loaded = await storage.load(session);
      if (loaded === null)
        throw new SessionStreamError("session_not_found", `There is no session "${session.session}".`);
      checkReach(loaded.head, asked);
      checkKnown(core, loaded, asked);
      const events = await readAll(core, session, asked);
      const commands = await commandsOf(core, session, events);
      const derived = await deriveView(core, session, loaded, (event) =>
        asked.has(event.ordinal) ? erased(event) : event,
      );
      if (derived === null) continue;
      const { state, head, entities } = derived;
      const expect = loaded.head.revision;
      const redaction = { session, expect, head, events: events.map(erased), commands: commands.map(wiped), entities };
      const result = await storage.redact(redaction).catch((error: unknown) => {
        // It may have been stored all the same.
        lane.distrust();
        throw error;
      });
      if (result.status === "conflict") continue;
      state.stored = head;
      lane.replace(state);
      observeRebuild(lane);
      await forgetRecords(core, session, asked);
      return;
    }
    throw new SessionStreamError("busy", "The session changes too fast to erase anything; try again.");
  });
}

function erased({ ordinal, id, at, commandId }: StoredEvent): StoredEvent {
  const kept = { ordinal, id, at, name: ERASED_NAME, payload: ERASED_PAYLOAD };
  return commandId === undefined ? kept : { ...kept, commandId };
}

/** A digest tells short texts to whoever guesses them. The id stays known: sent again, it is refused as `key_reused`. */
function wiped({ id, scope }: StoredCommand): StoredCommand {
  return { id, scope, fingerprint: "", outcome: "{}" };
}

function checkReach({ floor, ordinal: last }: SessionHead, asked: ReadonlySet<bigint>): void {
  if (asked.size === 0) throw new SessionStreamError("bad_request", "Name the ordinals of the events to erase.");
  for (const ordinal of asked) {
    if (ordinal > last || ordinal < 1n) throw new SessionStreamError("bad_request", `There is no event ${ordinal}.`);
    if (ordinal > floor) continue;
    const message = `Event ${ordinal} is no longer kept, and what entities took from it cannot be told: remove the session.`;
    throw new SessionStreamError("gone", message);
  }
}

/** What no module here knows cannot be derived anew, and may hold what the event said. */
function checkKnown({ registry }: HubCore, { entities }: LoadedSession, asked: ReadonlySet<bigint>): void {
  const first = [...asked].reduce((lowest, ordinal) => (ordinal < lowest ? ordinal : lowest));
  const unknown = entities.find(({ kind, lastEventOrdinal }) => !registry.kinds.has(kind) && lastEventOrdinal >= first);
  if (unknown === undefined) return;
  const message = `No module of this hub knows ${unknown.kind}, which may hold what the event said: erase it with a hub that has all modules of the session.`;
  throw new SessionStreamError("invalid_options", message);
}

async function readAll(
  core: HubCore,
  session: SessionKey,
  asked: ReadonlySet<bigint>,
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (const ordinal of asked) {
    const found = await core.storage.events(session, { after: ordinal - 1n, limit: 1 });
    if (found !== "gone") events.push(...found.filter((event) => event.ordinal === ordinal));
  }
  return events;
}

async function commandsOf(
  core: HubCore,
  session: SessionKey,
  events: readonly StoredEvent[],
): Promise<readonly StoredCommand[]> {
  const ids = new Set(events.flatMap(({ commandId = [] }) => commandId));
  const found = await Promise.all([...ids].map((id) => core.storage.command(session, id)));
  return found.filter((command) => command !== null);
}

/** Records of what could not be read hold the text that could not. */
async function forgetRecords(core: HubCore, session: SessionKey, asked: ReadonlySet<bigint>): Promise<void> {
  const records = await core.errors.list({ session, limit: ALL });
  const telling = records.filter(({ raw, ordinal }) => raw !== null || (ordinal !== null && asked.has(ordinal)));
  await core.errors.discard(telling.map(({ errorId }) => errorId));
}
