/** Owns the records cases are made of. Everything is deterministic: a case reads the same on every run. */
import type {
  SessionCommit,
  SessionHead,
  SessionKey,
  StoredCommand,
  StoredEntity,
  StoredEvent,
} from "../../storage/contract.ts";

export const SESSION: SessionKey = { tenant: "acme", session: "session-1" };

const START = 1_700_000_000_000;

export function aHead(init: Partial<SessionHead> & { readonly revision: string }): SessionHead {
  return { epoch: "epoch-1", ordinal: 0n, tag: "", projected: 0n, view: "view-1", horizon: 0n, floor: 0n, ...init };
}

export function anEvent(ordinal: bigint, init: Partial<StoredEvent> = {}): StoredEvent {
  return {
    ordinal,
    id: `event-${ordinal}`,
    at: START + Number(ordinal % 1_000_000n),
    name: "Said",
    payload: aPayload(`${ordinal}`),
    ...init,
  };
}

export function anEntity(id: string, init: Partial<StoredEntity> = {}): StoredEntity {
  return {
    kind: "Message",
    id,
    createdOrdinal: 1n,
    createdIndex: 0,
    lastEventOrdinal: 1n,
    createdAt: START,
    updatedAt: START,
    open: false,
    removed: false,
    payload: aPayload(id),
    ...init,
  };
}

export function aCommand(id: string, init: Partial<StoredCommand> = {}): StoredCommand {
  return { id, scope: "ada", fingerprint: `fingerprint of ${id}`, outcome: `{"answer":"${id}"}`, ...init };
}

export function aPayload(text: string): string {
  return JSON.stringify({ "@type": "type.googleapis.com/test.Text", text });
}

export type CommitParts = Pick<SessionCommit, "command" | "entities"> & {
  readonly head?: Partial<SessionHead>;
  /** How many events, or which. */
  readonly events?: number | readonly StoredEvent[];
};

/** The commit after `previous`: a new revision, the ordinals that follow. */
export function commitAfter(
  previous: SessionHead | null,
  revision: string,
  parts: CommitParts = {},
  session = SESSION,
): SessionCommit {
  const events =
    typeof parts.events === "object" ? parts.events : eventsAfter(previous?.ordinal ?? 0n, parts.events ?? 0);
  const last = events.at(-1);
  return {
    session,
    expect: previous?.revision ?? null,
    head: {
      ...(previous ?? aHead({ revision })),
      ...(last !== undefined && { ordinal: last.ordinal, tag: last.id }),
      ...parts.head,
      revision,
    },
    events,
    ...(parts.command !== undefined && { command: parts.command }),
    ...(parts.entities !== undefined && { entities: parts.entities }),
  };
}

function eventsAfter(ordinal: bigint, count: number): StoredEvent[] {
  return Array.from({ length: count }, (_, index) => anEvent(ordinal + BigInt(index) + 1n));
}
