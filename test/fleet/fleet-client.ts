/** Owns a person's chat before a fleet: the product's client in Node, and what its connection went through. */
import {
  type ChatThread,
  createChatClient,
  type Diagnostic,
  defaultPlatform,
  sessionstreamBackend,
  type TimelineEntity,
} from "@sessionstream/client";
import { commandId, SessionStreamError, sessionId } from "@sessionstream/protocol";
import { vi } from "vitest";
import { WebSocket } from "ws";
import { WITHIN } from "./lane.ts";

/** Everything a session of these tests has. */
export const WHOLE_SESSION = 100_000;

export class FleetClient implements Disposable {
  readonly session: string;
  readonly thread: ChatThread;
  readonly diagnostics: Diagnostic[] = [];
  readonly #close: () => void;
  #sent = 0;

  constructor(url: string, session: string) {
    this.session = session;
    // Comes back within a tenth of the usual time: a test does not wait for what spreads thousands of clients.
    const platform = { ...defaultPlatform(), random: () => Math.random() / 10 };
    const client = createChatClient({
      backend: sessionstreamBackend({
        url: `${url}/api/chat`,
        webSocket: WebSocket,
        platform,
        window: WHOLE_SESSION,
        onDiagnostic: (diagnostic) => this.diagnostics.push(diagnostic),
      }),
      platform,
      maxEntities: WHOLE_SESSION,
    });
    this.thread = client.acquire(sessionId(session)).thread;
    this.#close = () => client.close();
  }

  get isLive(): boolean {
    return this.thread.getStatus().hydration.type === "ready";
  }

  get connections(): number {
    return this.diagnostics.filter(({ type }) => type === "connected").length;
  }

  /** Close codes of connections it lost. */
  get losses(): readonly number[] {
    return this.diagnostics.flatMap((said) => (said.type === "disconnected" ? [said.code] : []));
  }

  /** In display order. */
  entities(): readonly TimelineEntity[] {
    return entitiesOf(this.thread);
  }

  /** Texts of users, as they stand in the transcript. */
  prompts(): readonly unknown[] {
    return this.entities().flatMap(({ kind, payload }) =>
      kind === "ChatMessage" && payload["role"] === "user" ? [payload["content"]] : [],
    );
  }

  /** Sends it and waits until its answer has ended, however. */
  async ask(text: string): Promise<void> {
    await this.send(text);
    await vi.waitUntil(() => this.#hasEnded(text), WITHIN);
  }

  /** As somebody does who presses "try again" until it is sent. */
  async send(text: string): Promise<void> {
    this.#sent += 1;
    const id = commandId(`${Math.random().toString(36).slice(2)}-${this.#sent}`);
    let trying = this.thread.send({ text, commandId: id });
    for (;;) {
      try {
        return await trying;
      } catch (error) {
        if (!(error instanceof SessionStreamError) || !error.retryable) throw error;
        trying = this.thread.retry(id);
      }
    }
  }

  #hasEnded(prompt: string): boolean {
    return this.entities().some(
      ({ kind, open, payload }) => kind === "ChatRun" && !open && payload["prompt"] === prompt,
    );
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

export function entitiesOf({ timeline }: ChatThread): readonly TimelineEntity[] {
  return timeline.getOrder().flatMap((key) => timeline.getEntity(key) ?? []);
}
