import { type DescMessage, type MessageJsonType, toJson } from "@bufbuild/protobuf";
import type { EventInput } from "../../event/define-event.ts";
import { createHub } from "../../hub/create-hub.ts";
import type { Hub } from "../../hub/hub.ts";
import type { EntityKind } from "../../projection/define-entity-kind.ts";
import type { EntityRecord } from "../../projection/view.ts";
import type { MessageStorageAdapter, StoredEvent } from "../../storage/contract.ts";
import { type MemoryStorageContents, memoryStorage } from "../../storage/memory/memory-storage.ts";
import { type ManualPlatform, manualPlatform } from "../../testing/manual-platform.ts";
import { type ChatOptions, chat } from "../chat.ts";
import { type ChatReceipt, type ChatService, createChatService, type PromptInput } from "../chat-service.ts";
import { ChatMessage, ChatRun } from "../kinds.ts";
import { runPhase } from "../run/run-phase.ts";

/** A chat on a real hub with time that stands still, and the questions tests ask of it. */
export interface ChatHarness extends AsyncDisposable {
  readonly hub: Hub;
  readonly service: ChatService;
  readonly platform: ManualPlatform;
  prompt(prompt: string, more?: Partial<PromptInput>): Promise<ChatReceipt>;
  stop(runId?: string): Promise<ChatReceipt>;
  publish(...events: readonly EventInput[]): Promise<void>;
  /** The session's log. */
  log(): Promise<readonly StoredEvent[]>;
  names(): Promise<readonly string[]>;
  records<Desc extends DescMessage>(kind: EntityKind<Desc>): Promise<readonly EntityRecord<Desc>[]>;
  entity<Desc extends DescMessage>(kind: EntityKind<Desc>, id: string): Promise<MessageJsonType<Desc> | undefined>;
  /** `role: content (status)` of every message, in order. */
  transcript(): Promise<readonly string[]>;
  /** Status names of the runs, in order. */
  runs(): Promise<readonly string[]>;
  /** What is on the disk. */
  readonly contents: MemoryStorageContents;
  /** Another process over the same disk (or a copy of it). The one before is left as it is, as if it had been killed. */
  restart(options?: ChatOptions, disk?: MemoryStorageContents): ChatHarness;
}

export const USER = { id: "ada", tenant: "acme" };
export const SESSION = "s1";

export function chatHarness(
  options: ChatOptions,
  contents: MemoryStorageContents = new Map(),
  platform: ManualPlatform = manualPlatform(),
  wrap: (storage: MessageStorageAdapter) => MessageStorageAdapter = (storage) => storage,
): ChatHarness {
  const storage = wrap(memoryStorage(contents));
  const hub = createHub({ storage, platform, modules: [chat(options)], authorize: () => true });
  const service = createChatService({ hub, mintId: () => platform.randomId() });
  const target = { principal: USER, session: SESSION };
  const key = { tenant: USER.tenant, session: SESSION };

  async function records<Desc extends DescMessage>(kind: EntityKind<Desc>): Promise<readonly EntityRecord<Desc>[]> {
    const snapshot = await hub.snapshot(target);
    const found = (snapshot?.entities ?? []).filter(
      (record) => !("opaque" in record) && record.kind.kind === kind.kind,
    );
    // CAST: a kind has one name and one schema.
    return found as unknown as readonly EntityRecord<Desc>[];
  }

  return {
    hub,
    service,
    platform,
    prompt: (prompt, more) => service.submitPrompt({ ...target, prompt, ...more }),
    stop: (runId) => service.stop({ ...target, ...(runId === undefined ? {} : { runId }) }),
    async publish(...events) {
      await hub.publish(key, events);
    },
    async log() {
      const events = await storage.events(key, { after: 0n, limit: 10_000 });
      return events === "gone" ? [] : events;
    },
    async names() {
      return (await this.log()).map(({ name }) => name);
    },
    records,
    async entity(kind, id) {
      const record = (await records(kind)).find((candidate) => candidate.id === id);
      return record === undefined ? undefined : toJson(kind.schema, record.payload);
    },
    async transcript() {
      return (await records(ChatMessage)).map(
        ({ payload }) =>
          `${payload.role}: ${payload.content} (${payload.status}${payload.streaming ? ", streaming" : ""})`,
      );
    },
    async runs() {
      return (await records(ChatRun)).map(({ payload }) => runPhase(payload.status));
    },
    contents,
    restart: (other, disk) => chatHarness(other ?? options, disk ?? contents, manualPlatform({ idPrefix: "again" })),
    async [Symbol.asyncDispose]() {
      await hub.close();
    },
  };
}
