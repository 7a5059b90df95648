/**
 * Owns one tab: a production client, the sessions it shows, and what its user has sent. Checks what a user would see go
 * wrong with their own messages (I12), and that nobody is shown or sends what another one typed (F-P6).
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
import { type DurableOutbox, durableOutbox } from "@sessionstream/client/outbox";
import { type SessionId, sessionId } from "@sessionstream/protocol";
import type { Principal } from "@sessionstream/server-node";
import type { Surroundings } from "../run/surroundings.ts";
import { isTypedBy } from "../script/prompt.ts";
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
}

/** A device that hangs is given up after half of that. */
const OUTBOX_READ_MS = 10_000;

export interface OpenThread {
  readonly openedAt: number;
  readonly session: SessionId;
  readonly lease: ThreadLease;
  readonly watch: ThreadWatch;
}

export class Tab {
  readonly name: string;
  readonly machine: Machine;
  /** Who was signed in when it was opened. */
  readonly principal: Principal;
  readonly platform: TabPlatform;
  readonly fetch: typeof fetch;
  readonly threads = new Map<string, OpenThread>();
  readonly #options: TabOptions;
  readonly #client: ChatClient;
  readonly #page: { kill(): void } | null = null;
  readonly #outbox: DurableOutbox | null = null;
  readonly #watches = new Map<string, ThreadWatch>();
  /** What was typed here and must be somewhere, by session and id. */
  readonly #intents = new Map<string, Map<string, string>>();
  readonly #judge;

  constructor(options: TabOptions) {
    this.#options = options;
    this.name = options.name;
    this.machine = options.machine;
    this.principal = options.machine.principal;
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
    const { platform, machine, principal } = this;
    if (machine.outbox !== null) {
      const { browser, items } = machine.outbox;
      const page = browser.openPage();
      this.#page = page;
      const owner = `${principal.tenant}/${principal.id}`;
      this.#outbox = durableOutbox({ principal: owner, device: page.device, platform, limits: { items } });
    }
    const kept = this.#outbox === null ? {} : { outbox: this.#outbox };
    this.#client = createChatClient({ backend: this.#watched(backend), platform, pageSize: 2, ...kept });
  }

  follow(session: string): OpenThread {
    const known = this.threads.get(session);
    if (known !== undefined) return known;
    const lease = this.#client.acquire(sessionId(session));
    const watch = this.#watches.get(session);
    if (watch === undefined) throw new Error("a thread without a session");
    watch.timeline = lease.thread.timeline;
    const openedAt = this.#options.surroundings.clock.now;
    const thread = { openedAt, session: sessionId(session), lease, watch };
    this.threads.set(session, thread);
    return thread;
  }

  unfollow(session: string): void {
    this.threads.get(session)?.lease.release();
    this.threads.delete(session);
  }

  send(session: string, text: string, commandId: string): void {
    const { lease } = this.follow(session);
    const intents = this.#intents.get(session) ?? new Map<string, string>();
    this.#intents.set(session, intents.set(commandId, text));
    // CAST: ids of the simulation are well-formed.
    const id = commandId as Parameters<typeof lease.thread.send>[0]["commandId"] & string;
    // The row says what became of it.
    lease.thread.send({ text, commandId: id, busyPolicy: "queue" }).catch(() => undefined);
  }

  /** False when it is not there to be taken back. */
  discard(session: string, commandId: string): boolean {
    return this.threads.get(session)?.lease.thread.discard(commandId) !== undefined;
  }

  /** Its user took the message back, here or in another tab. */
  takenBack(session: string, commandId: string): void {
    this.#intents.get(session)?.delete(commandId);
    this.machine.outbox?.watch.takenBack(commandId);
  }

  /** Whoever was here signs out: what they have not sent is forgotten, in all tabs. */
  signOut(): void {
    // Where the device refuses, everything stays, and is looked after as before.
    this.#outbox?.signOut().then(
      () => this.machine.outbox?.watch.signedOut(this.principal),
      () => undefined,
    );
  }

  /** Of those that its user typed before somebody signed out in another tab, this one knows nothing any more. */
  forget(): void {
    this.#intents.clear();
  }

  close(): void {
    this.#client.close();
    this.threads.clear();
    this.platform.kill();
    this.#page?.kill();
  }

  /** Its process is gone; nobody closes anything. */
  kill(): void {
    this.platform.kill();
    this.#page?.kill();
    this.threads.clear();
  }

  check(): void {
    for (const thread of this.threads.values()) {
      thread.watch.check();
      this.#checkRows(thread);
    }
  }

  #checkRows({ openedAt, session, lease }: OpenThread): void {
    const { thread } = lease;
    const keys = new Set<string>();
    for (const row of thread.getRows()) {
      if (keys.has(row.key)) this.#judge.violate("I12", `${this.name} shows ${row.key} of ${session} twice`);
      keys.add(row.key);
    }
    const { pending } = thread.getStatus();
    for (const { commandId, text } of pending) this.#checkWriter(text, `shows ${commandId}`);
    const { log, clock } = this.#options.surroundings;
    if (this.#outbox !== null && clock.now < openedAt + OUTBOX_READ_MS) return;
    for (const [id, text] of this.#intents.get(session) ?? []) {
      if (log.hadEffect(id) || log.wasSaid(text) || pending.some(({ commandId }) => commandId === id)) continue;
      this.#judge.violate("I12", `${this.name} lost ${id}: neither waiting nor sent nor refused`);
    }
  }

  #checkWriter(text: string, doing: string): void {
    if (isTypedBy(text, this.principal)) return;
    this.#judge.violate("F-P6", `${this.name} of ${this.principal.id} ${doing}, typed by somebody else: ${text}`);
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
      submit: (command, signal) => {
        const { prompt } = command.payload;
        if (typeof prompt === "string" && prompt !== "") this.#checkWriter(prompt, `sends ${command.commandId}`);
        return backend.submit(command, signal);
      },
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
