/**
 * Owns one tab: a production client, the sessions it shows, and what its user has sent. Checks what a user would see go
 * wrong with their own messages (I12).
 */
import {
  type ChatBackend,
  type ChatClient,
  createChatClient,
  type Diagnostic,
  sessionstreamBackend,
  type ThreadLease,
  type Transport,
} from "@sessionstream/client";
import { type SessionId, sessionId } from "@sessionstream/protocol";
import type { Surroundings } from "../run/surroundings.ts";
import type { Machine, TabPlatform } from "./machine.ts";
import { ThreadWatch } from "./thread-watch.ts";

export const CHAT_URL = "https://chat.example/api/chat";

export interface TabOptions {
  readonly name: string;
  readonly machine: Machine;
  readonly surroundings: Surroundings;
  readonly transport: Transport;
  readonly fetch: typeof fetch;
  readonly window: number;
  /** Looks at what is shown after every update. */
  readonly eager: boolean;
  readonly mayGoBack: () => boolean;
  /** Whether a command of this id ever had an effect. */
  readonly hadEffect: (commandId: string) => boolean;
}

export interface OpenThread {
  readonly session: SessionId;
  readonly lease: ThreadLease;
  readonly watch: ThreadWatch;
}

export class Tab {
  readonly name: string;
  readonly machine: Machine;
  readonly platform: TabPlatform;
  readonly fetch: typeof fetch;
  readonly threads = new Map<string, OpenThread>();
  readonly #options: TabOptions;
  readonly #client: ChatClient;
  readonly #watches = new Map<string, ThreadWatch>();
  /** Ids of what was typed here and must be somewhere, by session. */
  readonly #intents = new Map<string, Set<string>>();
  readonly #judge;

  constructor(options: TabOptions) {
    this.#options = options;
    this.name = options.name;
    this.machine = options.machine;
    this.fetch = options.fetch;
    this.#judge = options.surroundings.judge;
    this.platform = options.machine.tabPlatform(options.name);
    const backend = sessionstreamBackend({
      url: CHAT_URL,
      platform: this.platform,
      transport: options.transport,
      fetch: options.fetch,
      window: options.window,
      onDiagnostic: (diagnostic) => this.#hear(diagnostic),
    });
    this.#client = createChatClient({ backend: this.#watched(backend), platform: this.platform, pageSize: 2 });
  }

  follow(session: string): OpenThread {
    const known = this.threads.get(session);
    if (known !== undefined) return known;
    const lease = this.#client.acquire(sessionId(session));
    const watch = this.#watches.get(session);
    if (watch === undefined) throw new Error("a thread without a session");
    watch.timeline = lease.thread.timeline;
    const thread = { session: sessionId(session), lease, watch };
    this.threads.set(session, thread);
    return thread;
  }

  unfollow(session: string): void {
    this.threads.get(session)?.lease.release();
    this.threads.delete(session);
  }

  /** @returns the id under which it is sent. */
  send(session: string, text: string, commandId: string): void {
    const { lease } = this.follow(session);
    const intents = this.#intents.get(session) ?? new Set();
    this.#intents.set(session, intents.add(commandId));
    // CAST: ids of the simulation are well-formed.
    const id = commandId as Parameters<typeof lease.thread.send>[0]["commandId"] & string;
    // The row says what became of it.
    lease.thread.send({ text, commandId: id, busyPolicy: "queue" }).catch(() => undefined);
  }

  discard(session: string, commandId: string): void {
    const discarded = this.threads.get(session)?.lease.thread.discard(commandId);
    if (discarded !== undefined) this.#intents.get(session)?.delete(commandId);
  }

  close(): void {
    this.#client.close();
    this.threads.clear();
    this.platform.kill();
  }

  /** Its process is gone; nobody closes anything. */
  kill(): void {
    this.platform.kill();
    this.threads.clear();
  }

  check(): void {
    for (const thread of this.threads.values()) {
      thread.watch.check();
      this.#checkRows(thread);
    }
  }

  #checkRows({ session, lease }: OpenThread): void {
    const { thread } = lease;
    const keys = new Set<string>();
    for (const row of thread.getRows()) {
      if (keys.has(row.key)) this.#judge.violate("I12", `${this.name} shows ${row.key} of ${session} twice`);
      keys.add(row.key);
    }
    const pending = new Set(thread.getStatus().pending.map(({ commandId }) => commandId));
    for (const id of this.#intents.get(session) ?? []) {
      if (pending.has(id) || this.#options.hadEffect(id)) continue;
      this.#judge.violate("I12", `${this.name} lost ${id}: neither waiting nor sent nor refused`);
    }
  }

  #watched(backend: ChatBackend): ChatBackend {
    const { surroundings, eager, mayGoBack } = this.#options;
    return {
      open: (session, inner) => {
        const watch = new ThreadWatch({
          name: `${this.name}:${session}`,
          inner,
          log: surroundings.log,
          judge: surroundings.judge,
          mayGoBack,
          showFrames: () => this.platform.showFrames(),
          eager,
        });
        this.#watches.set(session, watch);
        return backend.open(session, watch);
      },
      submit: (command, signal) => backend.submit(command, signal),
      close: () => backend.close(),
    };
  }

  #hear(diagnostic: Diagnostic): void {
    this.#judge.tell(() => {
      const { type, ...rest } = diagnostic;
      return `  ${this.name} ${type} ${Object.values(rest).join(" ")}`;
    });
    // The network loses and repeats frames; it never changes them.
    if (diagnostic.type === "malformed-frame") this.#judge.violate("clean", `${this.name}: ${diagnostic.message}`);
    if (diagnostic.type === "unknown-frame") this.#judge.violate("clean", `${this.name}: unknown ${diagnostic.arm}`);
    if (diagnostic.type === "observer-failed")
      this.#judge.violate("clean", `${this.name}: ${String(diagnostic.error)}`);
  }
}
