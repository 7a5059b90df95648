/**
 * Owns the way from stored rows to records and events. A row that cannot be read is kept as it is and reported; it
 * never stops the rest (L8, L12).
 */

import { SessionStreamError } from "@sessionstream/protocol";
import type { SessionEvent } from "../event/define-event.ts";
import type { AnyRecord, RemovedRecord } from "../fan-out/lane-reader.ts";
import type { SessionKey, StoredEntity, StoredEvent } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { readPayload } from "./read-payload.ts";

/** `null`: nothing here can interpret it, so it projects nothing. */
export function readEvent(core: HubCore, session: SessionKey, stored: StoredEvent): SessionEvent | null {
  const type = core.registry.events.get(stored.name);
  if (type === undefined) return null;
  const { name, id, ordinal, at, commandId } = stored;
  try {
    const payload = Object.freeze(readPayload(type, stored.payload, core.registry.payloads));
    return { type, name, id, ordinal, at, payload, commandId };
  } catch (error) {
    const corrupt = corruptRow(`Event ${ordinal}`, error);
    core.errors.report({ kind: "decode", error: corrupt, subject: name, session, ordinal, raw: stored.payload });
    return null;
  }
}

export function readEntity(core: HubCore, session: SessionKey, stored: StoredEntity): AnyRecord {
  const { id, createdOrdinal, createdIndex, lastEventOrdinal, createdAt, updatedAt, open, commandId } = stored;
  const meta = { id, createdOrdinal, createdIndex, lastEventOrdinal, createdAt, updatedAt, open, commandId };
  const kind = core.registry.kinds.get(stored.kind);
  if (kind !== undefined) {
    try {
      const payload = Object.freeze(readPayload(kind, stored.payload, core.registry.payloads));
      return Object.freeze({ kind, payload, ...meta });
    } catch (error) {
      const subject = `${stored.kind}/${id}`;
      const report = { subject, session, ordinal: lastEventOrdinal, raw: stored.payload };
      core.errors.report({ kind: "decode", error: corruptRow(`Entity ${subject}`, error), ...report });
    }
  }
  return Object.freeze({ opaque: true, kind: stored.kind, payload: stored.payload, ...meta });
}

function corruptRow(what: string, cause: unknown): SessionStreamError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new SessionStreamError("corrupt_data", `${what} cannot be read: ${problem}`, { cause });
}

/** A kind nobody registers any more counts as public, like its entities. */
export function readRemoval(core: HubCore, stored: StoredEntity): RemovedRecord {
  const { kind, id, createdOrdinal, createdIndex, lastEventOrdinal, updatedAt } = stored;
  const kindIsPublic = core.registry.kinds.get(kind)?.visibility !== "server";
  return { kind, id, createdOrdinal, createdIndex, lastEventOrdinal, updatedAt, kindIsPublic };
}
