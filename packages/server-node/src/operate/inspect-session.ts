/** Owns what is to be known of a session at a glance, and what is wrong with loading it. Reads only. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { ErrorRecord } from "../hub/error-records.ts";
import type { SessionSnapshot } from "../hub/hub.ts";
import type { HubModule } from "../hub/hub-module.ts";
import type { LoadedSession, MessageStorageAdapter, SessionHead, SessionKey } from "../storage/contract.ts";
import { copySession, operatorHub } from "./copy-session.ts";

export interface Inspection {
  readonly session: SessionKey;
  /** With the cursors: ordinal, projected, horizon, floor. */
  readonly head: SessionHead;
  readonly events: bigint;
  /** By kind. */
  readonly entities: Readonly<Record<string, { readonly stored: number; readonly open: number }>>;
  readonly removals: number;
  /** Of loading and replaying it, newest first; they hold the texts that could not be read. */
  readonly errors: readonly ErrorRecord[];
}

export interface InspectOptions {
  readonly modules: readonly HubModule[];
  /** Of error records. Default 100. */
  readonly limit?: number;
}

/** @throws session_not_found, corrupt_data, storage_unavailable */
export async function inspectSession(
  storage: MessageStorageAdapter,
  session: SessionKey,
  { modules, limit = 100 }: InspectOptions,
): Promise<Inspection> {
  const loaded = await loadOrRefuse(storage, session);
  const hub = operatorHub(await copySession(storage, session, loaded), modules);
  try {
    await hub.snapshot({ principal: operatorOf(session), session: session.session });
    const { head, entities } = loaded;
    const present = entities.filter(({ removed }) => !removed);
    const kinds = [...new Set(present.map(({ kind }) => kind))].sort();
    const counts = kinds.map((kind) => {
      const ofKind = present.filter((entity) => entity.kind === kind);
      return [kind, { stored: ofKind.length, open: ofKind.filter(({ open }) => open).length }] as const;
    });
    return {
      session,
      head,
      events: head.ordinal - head.floor,
      entities: Object.fromEntries(counts),
      removals: entities.length - present.length,
      errors: await hub.errors({ limit }),
    };
  } finally {
    await hub.close();
  }
}

/** The session at an ordinal of the past, or as it is. @throws session_not_found, gone, corrupt_data */
export async function replaySession(
  storage: MessageStorageAdapter,
  session: SessionKey,
  { modules, asOf }: { readonly modules: readonly HubModule[]; readonly asOf?: bigint },
): Promise<SessionSnapshot> {
  const hub = operatorHub(await copySession(storage, session, await loadOrRefuse(storage, session)), modules);
  try {
    const query = { principal: operatorOf(session), session: session.session };
    const snapshot = await hub.snapshot(asOf === undefined ? query : { ...query, asOf });
    return snapshot ?? notFound(session);
  } finally {
    await hub.close();
  }
}

async function loadOrRefuse(storage: MessageStorageAdapter, session: SessionKey): Promise<LoadedSession> {
  return (await storage.load(session)) ?? notFound(session);
}

function notFound({ session }: SessionKey): never {
  throw new SessionStreamError("session_not_found", `There is no session "${session}".`);
}

function operatorOf({ tenant }: SessionKey) {
  return { id: "operator", tenant };
}
