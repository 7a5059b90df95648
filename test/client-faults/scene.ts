/**
 * Owns a chat between a production client and a production hub in one process, on virtual time: the hub can be replaced
 * by another one over other contents, as a restart or a restore does.
 */
import {
  type ChatClient,
  type ChatThread,
  createChatClient,
  type SessionSnapshot,
  sessionstreamBackend,
  type TransportHandlers,
} from "@sessionstream/client";
import { createManualPlatform, type ManualPlatform } from "@sessionstream/client/testing";
import { type ServerFrameJson, sessionId } from "@sessionstream/protocol";
import { createHub, type Hub, type MemoryStorageContents, memoryStorage } from "@sessionstream/server-node";
import { chat, type Engine } from "@sessionstream/server-node/chat";
import { inProcessHttp } from "../wire/in-process-chat.ts";
import { inProcessWire } from "../wire/in-process-wire.ts";

const PRINCIPAL = { id: "ada", tenant: "shop" };
export const SESSION = sessionId("room-1");

/** Answers at once. */
const engine: Engine = async function* ({ prompt }) {
  yield { type: "text-start", id: "1" };
  yield { type: "text-delta", id: "1", text: `About ${prompt}` };
  yield { type: "text-end", id: "1" };
  yield { type: "finish" };
};

export class Scene implements AsyncDisposable {
  readonly platform: ManualPlatform = createManualPlatform();
  readonly #clients: ChatClient[] = [];
  readonly #cuts: (() => void)[] = [];
  contents: MemoryStorageContents = new Map();
  hub: Hub;

  constructor() {
    this.hub = this.#start();
  }

  /** How the server has answered subscriptions so far. */
  readonly snapshotModes: string[] = [];

  async fetchSnapshot(): Promise<object> {
    const http = inProcessHttp(this.hub, PRINCIPAL);
    const response = await http(new Request(`https://shop.example/api/chat/sessions/${SESSION}`));
    return response.json();
  }

  open(snapshot?: SessionSnapshot): ChatThread {
    const onQueued = () => void setImmediate(() => wire.deliver());
    const wire = inProcessWire({ hub: () => this.hub, principal: PRINCIPAL, maxQueuedBytes: 1 << 20, onQueued });
    this.#cuts.push(() => wire.cut());
    const backend = sessionstreamBackend({
      url: "https://shop.example/api/chat",
      transport: { open: (url, handlers) => wire.open(url, this.#listening(handlers)) },
      platform: this.platform,
      fetch: (input, init) => inProcessHttp(this.hub, PRINCIPAL)(new Request(input, init)),
    });
    const client = createChatClient({ backend, platform: this.platform });
    this.#clients.push(client);
    return client.acquire(SESSION, snapshot).thread;
  }

  /** The hub dies; another one answers from `contents`. */
  async restart(contents: MemoryStorageContents): Promise<void> {
    const old = this.hub;
    this.contents = contents;
    this.hub = this.#start();
    for (const cut of this.#cuts) cut();
    await old.close();
  }

  /** Lets everything happen that can, for at most ten virtual seconds, until it holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (let turn = 0; turn < 1_000; turn += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.platform.runFrames();
      if (holds()) return;
      this.platform.advance(10);
    }
    throw new Error(`${what}: not within ten virtual seconds`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.hub.close();
  }

  #listening(handlers: TransportHandlers): TransportHandlers {
    return {
      ...handlers,
      text: (text) => {
        const { snapshot }: ServerFrameJson = JSON.parse(text);
        if (snapshot?.mode !== undefined) this.snapshotModes.push(String(snapshot.mode));
        handlers.text(text);
      },
    };
  }

  #start(): Hub {
    return createHub({ storage: memoryStorage(this.contents), modules: [chat({ engine })], authorize: () => true });
  }
}

/** Own messages as shown: stored ones, then those on their way with their state. */
export function ownMessages(thread: ChatThread): readonly string[] {
  return thread.getRows().flatMap((row) => {
    if (row.type === "pending") return [`(${row.message.text}: ${row.message.delivery.type})`];
    const payload = thread.timeline.getEntity(row.entity)?.payload;
    return payload?.["role"] === "user" ? [String(payload["content"])] : [];
  });
}

/** Live, nothing on its way, and no answer being written. */
export function isSettled(thread: ChatThread): boolean {
  const { hydration, run, pending } = thread.getStatus();
  return hydration.type === "ready" && !(run.type === "run" && run.active) && pending.length === 0;
}

/** One after the other, each answered before the next. */
export async function say(scene: Scene, thread: ChatThread, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const sent = thread.send({ text });
    await scene.until(`${text} is answered`, () => ownMessages(thread).includes(text) && isSettled(thread));
    await sent;
  }
}
