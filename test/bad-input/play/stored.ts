/** Plays what a store may hold after somebody else wrote to it: payloads, commands, rows and records. */

import { type JsonObject, SessionStreamError, sessionId } from "@sessionstream/protocol";
import { ChatMessageEntitySchema } from "@sessionstream/protocol/chat/v1";
import { createPayloadRegistry, decodePayload } from "@sessionstream/protocol/codec";
import {
  createHub,
  type MemoryStorageContents,
  memoryStorage,
  type StoredEntity,
  type StoredEvent,
} from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { createStoredItems } from "../../../packages/client/src/outbox/stored-items.ts";
import { type CorpusFile, fields, spelled } from "../corpus-file.ts";
import { ADA, type BadInputServer, badInputServer } from "./server.ts";
import type { Played } from "./socket.ts";

const registry = createPayloadRegistry([ChatMessageEntitySchema]);

export function playPayload({ input }: CorpusFile): Played {
  return refusal(() => decodePayload(ChatMessageEntitySchema, String(spelled(input)), registry));
}

export async function playCommand({ hub }: BadInputServer, { input }: CorpusFile): Promise<Played> {
  const { command, payload, session = "s-1", id = "bad-1" } = fields(input);
  // CAST: what a caller without types may pass.
  const given = JSON.parse(String(spelled(payload))) as JsonObject;
  try {
    await hub.submit({
      principal: ADA,
      session: String(session),
      command: String(command),
      id: String(id),
      payload: given,
    });
    return { code: null, after: "taken" };
  } catch (error) {
    return refused(error);
  }
}

/** A session of one conversation, damaged, and opened by another process. */
export async function playRow({ input }: CorpusFile): Promise<Played> {
  const contents: MemoryStorageContents = new Map();
  await (await badInputServer(contents))[Symbol.asyncDispose]();
  damage(contents, input);
  const codes: string[] = [];
  const hub = createHub({
    storage: memoryStorage(contents),
    modules: [chat({ engine: demoEngine() })],
    authorize: () => true,
    onError: (record) => codes.push(record.code),
  });
  try {
    // From the log alone, so that every event is read.
    if (fields(input)["event"] !== undefined) await hub.rebuild({ tenant: ADA.tenant, session: "s-1" });
    const snapshot = await hub.snapshot({ principal: ADA, session: "s-1" });
    return { code: codes[0] ?? null, after: (snapshot?.entities.length ?? 0) > 0 ? "serves" : "empty" };
  } catch (error) {
    return { ...refused(error), after: "refuses" };
  } finally {
    await hub.close();
  }
}

function damage(contents: MemoryStorageContents, input: unknown): void {
  const [session] = contents.values();
  if (session === undefined) throw new Error("nothing was stored");
  const { event, entity, head, dropEvent } = fields(input);
  const [first] = session.events;
  const [key, stored] = [...session.entities].find(([, { kind }]) => kind === "ChatMessage") ?? [];
  // CAST: what a damaged row holds is what the corpus says.
  if (event !== undefined && first !== undefined) session.events[0] = { ...first, ...written(event) } as StoredEvent;
  if (entity !== undefined && key !== undefined) {
    // CAST: as above.
    session.entities.set(key, { ...stored, ...written(entity) } as StoredEntity);
  }
  if (head !== undefined) session.head = { ...session.head, ordinal: BigInt(String(fields(head)["ordinal"])) };
  if (dropEvent !== undefined) {
    session.events.splice(Number(dropEvent) - 1, 1);
    session.head = { ...session.head, projected: 0n };
    session.entities.clear();
  }
}

function written(row: unknown): object {
  const { payload, ...rest } = fields(row);
  return payload === undefined ? rest : { ...rest, payload: String(spelled(payload)) };
}

/** Beside a good record. */
export async function playOutbox({ input }: CorpusFile): Promise<Played> {
  const good = { session: "s-1", commandId: "good", createdAt: 1, failure: null, name: "n", payload: {} };
  const records = new Map([
    ["s-1/good", JSON.stringify({ position: 1, item: good })],
    ["s-1/bad", String(spelled(input))],
  ]);
  const store = {
    list: async () => [...records],
    put: async () => undefined,
    remove: async () => undefined,
    clear: async () => true,
  };
  const { items } = await createStoredItems(store, { items: 100, bytes: 1 << 20, ageMs: 1_000 }, () => 2).load(
    sessionId("s-1"),
  );
  return { code: null, after: items.length === 1 && items[0]?.commandId === "good" ? "ignored" : "taken" };
}

function refusal(attempt: () => unknown): Played {
  try {
    attempt();
    return { code: null, after: "taken" };
  } catch (error) {
    return refused(error);
  }
}

/** Only an error of ours is an answer. */
function refused(error: unknown): Played {
  if (error instanceof SessionStreamError) return { code: error.code, after: "refused" };
  throw error;
}
