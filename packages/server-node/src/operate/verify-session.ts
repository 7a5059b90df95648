/**
 * Owns whether what is stored of a session is sound: the log dense, head and tag its end, the entities its fold. Reads
 * only.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { HubModule } from "../hub/hub-module.ts";
import { createHubRegistry } from "../hub/hub-registry.ts";
import { isMadeBy } from "../hub/view-identity.ts";
import type { LoadedSession, MessageStorageAdapter, SessionHead, SessionKey } from "../storage/contract.ts";
import { copySession, NOBODYS_VIEW, operatorHub } from "./copy-session.ts";
import { createEntityEncoder, type EntityEncoder } from "./entity-json.ts";
import { readEvents } from "./read-events.ts";

export interface Verification {
  readonly session: SessionKey;
  /** `null`: what is stored of it cannot even be read. */
  readonly ordinal: bigint | null;
  /** In words; none: it is sound. */
  readonly problems: readonly string[];
  /** Whether entities were compared with their log: other projections than `modules` made them, or a base is missing. */
  readonly compared: boolean;
}

/** @throws session_not_found, storage_unavailable */
export async function verifySession(
  storage: MessageStorageAdapter,
  session: SessionKey,
  modules: readonly HubModule[],
): Promise<Verification> {
  const loaded = await readOrProblem(() => storage.load(session));
  if (typeof loaded === "string") return { session, ordinal: null, problems: [loaded], compared: false };
  if (loaded === null) throw new SessionStreamError("session_not_found", `There is no session "${session.session}".`);
  const { head } = loaded;
  const log = await logProblems(storage, session, head);
  const compared = log.length === 0 && isMadeBy(head.view, createHubRegistry(modules).projectionsId);
  const folded = compared ? await readOrProblem(() => foldProblems(storage, session, loaded, modules)) : [];
  return { session, ordinal: head.ordinal, problems: [headProblems(loaded), log, folded].flat(), compared };
}

/** Damage is what is looked for: it is told, and does not keep anybody from the next session. */
async function readOrProblem<Result>(read: () => Promise<Result>): Promise<Result | string> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = SessionStreamError.from(error);
    if (code !== "corrupt_data") throw error;
    return message;
  }
}

function headProblems({ head, entities }: LoadedSession): readonly string[] {
  const { floor, projected, ordinal, view } = head;
  const problems: string[] = [];
  if (!(floor <= projected && projected <= ordinal)) {
    problems.push(`the head has floor ${floor}, projected ${projected}, ordinal ${ordinal}: they have to rise`);
  }
  // What an import brought along is nobody's projection yet.
  const bound = view === NOBODYS_VIEW ? ordinal : projected;
  for (const { kind, id, lastEventOrdinal } of entities) {
    if (lastEventOrdinal > bound) problems.push(`${kind}/${id} is of event ${lastEventOrdinal}, beyond ${bound}`);
  }
  return problems;
}

async function logProblems(
  storage: MessageStorageAdapter,
  session: SessionKey,
  { floor, ordinal, tag }: SessionHead,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const ids = new Set<string>();
  let [last, at] = ["", 0];
  const damage = await readOrProblem(async () => {
    for await (const event of readEvents(storage, session, { after: floor, upTo: ordinal })) {
      if (ids.has(event.id)) problems.push(`event ${event.ordinal} has the id of an earlier one`);
      if (event.at < at) problems.push(`event ${event.ordinal} is older than the one before`);
      ids.add(event.id);
      [last, at] = [event.id, event.at];
    }
    if (ordinal > floor && last !== tag) problems.push(`the head's tag is not the id of event ${ordinal}`);
    const beyond = await storage.events(session, { after: ordinal, limit: 1 });
    if (beyond !== "gone" && beyond.length > 0) problems.push(`there are events beyond the head, ${ordinal}`);
    return null;
  });
  return damage === null ? problems : [...problems, damage];
}

async function foldProblems(
  storage: MessageStorageAdapter,
  session: SessionKey,
  loaded: LoadedSession,
  modules: readonly HubModule[],
): Promise<readonly string[]> {
  const read = { session, modules, encode: createEntityEncoder(modules) };
  const stored = await tableOf(await copySession(storage, session, loaded), read);
  const folded = await tableOf(await copySession(storage, session, loaded, NOBODYS_VIEW), read);
  const names = [...new Set([...stored.keys(), ...folded.keys()])].sort();
  return names.flatMap((name) => {
    if (stored.get(name) === folded.get(name)) return [];
    if (!folded.has(name)) return [`${name} is stored, and the log does not have it`];
    return [stored.has(name) ? `${name} is not what the log says` : `${name} is missing, and the log has it`];
  });
}

interface TableReading {
  readonly session: SessionKey;
  readonly modules: readonly HubModule[];
  readonly encode: EntityEncoder;
}

async function tableOf(
  copy: MessageStorageAdapter,
  { session, modules, encode }: TableReading,
): Promise<ReadonlyMap<string, string>> {
  const hub = operatorHub(copy, modules);
  try {
    const snapshot = await hub.snapshot({
      principal: { id: "operator", tenant: session.tenant },
      session: session.session,
    });
    const entities = (snapshot?.entities ?? []).map(encode);
    return new Map(entities.map((entity) => [`${entity.kind}/${entity.id}`, JSON.stringify(entity)]));
  } finally {
    await hub.close();
  }
}
