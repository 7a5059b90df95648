/**
 * Owns the form of a golden log: everything a storage held of one chat, as a release wrote it. Every later release must
 * make the same entities of it; so a file is written once, and never again.
 */
import {
  createHub,
  type Hub,
  type MessageStorageAdapter,
  memoryStorage,
  type SessionHead,
  type StoredEntity,
  type StoredEvent,
} from "@sessionstream/server-node";
import {
  agentModePlugin,
  approvalPlugin,
  type ChatService,
  chat,
  createChatService,
  reasoningPlugin,
  toolCallPlugin,
  widgetsPlugin,
} from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { type ManualPlatform, manualPlatform } from "@sessionstream/server-node/testing";

export interface GoldenLog {
  readonly head: SessionHead;
  readonly events: readonly StoredEvent[];
  readonly entities: readonly StoredEntity[];
}

export const GOLDEN_SESSION = { tenant: "golden", session: "golden-log" };
export const GOLDEN_USER = { id: "ada", tenant: GOLDEN_SESSION.tenant };

export interface GoldenScene {
  readonly hub: Hub;
  readonly service: ChatService;
  readonly platform: ManualPlatform;
}

/** A chat with every plugin that is shipped, on an engine that always answers the same. */
export function goldenScene(storage: MessageStorageAdapter, platform = manualPlatform()): GoldenScene {
  const engine = demoEngine({ speed: Number.POSITIVE_INFINITY });
  const modules = [
    chat({
      engine,
      plugins: [reasoningPlugin(), toolCallPlugin(), approvalPlugin(), agentModePlugin(), widgetsPlugin()],
    }),
  ];
  const hub = createHub({ storage, platform, modules, authorize: () => true });
  return { hub, service: createChatService({ hub, mintId: () => platform.randomId() }), platform };
}

export async function storageWith({ head, events, entities }: GoldenLog): Promise<MessageStorageAdapter> {
  const storage = memoryStorage();
  await storage.commit({
    session: GOLDEN_SESSION,
    expect: null,
    head,
    events,
    entities: { put: entities, forget: [], replace: true },
  });
  return storage;
}

export async function contentsOf(storage: MessageStorageAdapter): Promise<GoldenLog> {
  const loaded = await storage.load(GOLDEN_SESSION);
  const events = await storage.events(GOLDEN_SESSION, { after: 0n, limit: 10_000 });
  if (loaded === null || events === "gone") throw new Error("The golden log is not in this storage");
  const entities = loaded.entities.toSorted((a, b) => (`${a.kind}/${a.id}` < `${b.kind}/${b.id}` ? -1 : 1));
  return { head: loaded.head, events, entities };
}

export function printGoldenLog(log: GoldenLog): string {
  const text = JSON.stringify(log, (_key, value) => (typeof value === "bigint" ? { bigint: String(value) } : value), 1);
  return `${text}\n`;
}

export function parseGoldenLog(text: string): GoldenLog {
  // CAST: `printGoldenLog` wrote it.
  return JSON.parse(text, (_key, value) =>
    typeof value?.bigint === "string" ? BigInt(value.bigint) : value,
  ) as GoldenLog;
}
