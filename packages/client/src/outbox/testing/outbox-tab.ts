/** A tab with one thread over a durable outbox: what a user sees of it, and the end of it. */
import { setImmediate } from "node:timers/promises";
import type { SessionId } from "@sessionstream/protocol";
import type { ChatBackend } from "../../backend/chat-backend.ts";
import { createChatClient } from "../../create-chat-client.ts";
import type { FakeBrowser } from "../../testing/fake-browser.ts";
import { createManualPlatform } from "../../testing/manual-platform.ts";
import type { ChatThread } from "../../thread/chat-thread.ts";
import { type DurableOutbox, type DurableOutboxOptions, durableOutbox } from "../durable-outbox.ts";

export interface OutboxTab {
  readonly thread: ChatThread;
  readonly outbox: DurableOutbox;
  /** Own messages on their way, as `text: state`; failed ones as `text: code`. */
  pending(): readonly string[];
  idOf(text: string): string;
  send(text: string): void;
  setOnline(online: boolean): void;
  setVisible(visible: boolean): void;
  /** The page is left and kept, and shown again. */
  leavePage(): void;
  returnToPage(): void;
  /** Moves this tab's clock and shows what came. */
  advance(ms: number): void;
  leave(): void;
  /** As a crash ends it. Requests on their way still arrive; their answers do not. */
  kill(): void;
}

export interface OutboxTabOptions extends Partial<Pick<DurableOutboxOptions, "limits">> {
  readonly browser: FakeBrowser;
  readonly backend: ChatBackend;
  readonly session: SessionId;
  readonly principal?: string;
  /** Milliseconds since the Unix epoch. */
  readonly now?: number;
  /** Makes its command ids its own. */
  readonly name: string;
}

/** Everything that needs no time has happened. */
export async function settled(): Promise<void> {
  await setImmediate();
}

export function openOutboxTab(options: OutboxTabOptions): OutboxTab {
  const { browser, backend, session, principal = "alice", name, limits } = options;
  const clock = createManualPlatform(options.now === undefined ? {} : { now: options.now });
  const platform = { ...clock, randomId: () => `${name}-${clock.randomId()}` };
  const page = browser.openPage();
  const outbox = durableOutbox({ principal, device: page.device, platform, ...(limits && { limits }) });
  let isAlive = true;
  const ownBackend: ChatBackend = {
    ...backend,
    submit: (command, signal) =>
      new Promise((resolve, reject) => {
        if (!isAlive) return;
        backend.submit(command, signal).then(
          (receipt) => isAlive && resolve(receipt),
          (error: Error) => isAlive && reject(error),
        );
      }),
  };
  const client = createChatClient({ backend: ownBackend, platform, outbox });
  const lease = client.acquire(session);
  const { thread } = lease;
  return {
    thread,
    outbox,
    pending: () =>
      thread.getStatus().pending.map(({ text, delivery }) => {
        return `${text}: ${delivery.type === "failed" ? delivery.error.code : delivery.type}`;
      }),
    idOf: (text) => thread.getStatus().pending.find((message) => message.text === text)?.commandId ?? "none",
    send(text) {
      thread.send({ text }).catch(() => undefined);
    },
    setOnline: (online) => clock.setOnline(online),
    setVisible: (visible) => clock.setVisible(visible),
    leavePage: () => clock.leavePage(),
    returnToPage: () => clock.returnToPage(),
    advance(ms) {
      clock.advance(ms);
      clock.runFrames();
    },
    leave() {
      lease.release();
      clock.advance(1_000);
    },
    kill() {
      isAlive = false;
      page.kill();
    },
  };
}
