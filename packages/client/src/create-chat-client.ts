/**
 * Composition root: a client over one backend. Threads are counted by their users and closed a moment after the last
 * one left, so that a remount or StrictMode's double effect keeps the connection (AT-15).
 */
import { type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type { ChatBackend } from "./backend/chat-backend.ts";
import { createMemoryOutbox } from "./outbox/memory-outbox.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { ClientPlatform } from "./platform/client-platform.ts";
import { defaultPlatform } from "./platform/default-platform.ts";
import type { ChatClient } from "./thread/chat-thread.ts";
import { createChatThread, type OpenChatThread } from "./thread/create-chat-thread.ts";
import type { SessionSnapshot } from "./thread/session-snapshot.ts";

export interface ChatClientOptions {
  readonly backend: ChatBackend;
  /** Default: the real clock, randomness and page. */
  readonly platform?: ClientPlatform;
  /** Default: memory, for the life of the client. A durable one is in `@sessionstream/client/outbox`. */
  readonly outbox?: Outbox;
  /** Rows per `loadEarlier`. Default 50. */
  readonly pageSize?: number;
  /**
   * Entities of one thread held in memory at most. Default 5,000: beyond it the oldest are let go, and `loadEarlier`
   * brings back as many as leave room for what comes.
   */
  readonly maxEntities?: number;
}

const LINGER_MS = 1_000;

interface CountedThread {
  readonly thread: OpenChatThread;
  users: number;
  cancelClosing: (() => void) | null;
}

export function createChatClient(options: ChatClientOptions): ChatClient {
  const { backend, platform = defaultPlatform(), outbox = createMemoryOutbox() } = options;
  const { pageSize, maxEntities } = options;
  const sizes = {
    ...(pageSize === undefined ? {} : { pageSize }),
    ...(maxEntities === undefined ? {} : { maxEntities }),
  };
  const threads = new Map<SessionId, CountedThread>();
  const closing = new AbortController();

  function open(sessionId: SessionId, snapshot: SessionSnapshot | undefined): CountedThread {
    if (snapshot !== undefined && snapshot.sessionId !== sessionId) {
      const text = `This snapshot is of the session ${snapshot.sessionId}, not of ${sessionId}`;
      throw new SessionStreamError("invalid_options", text);
    }
    const thread = createChatThread({
      sessionId,
      snapshot,
      backend,
      platform,
      outbox,
      signal: closing.signal,
      ...sizes,
    });
    const counted: CountedThread = { thread, users: 0, cancelClosing: null };
    threads.set(sessionId, counted);
    return counted;
  }

  function release(sessionId: SessionId, counted: CountedThread): void {
    counted.users -= 1;
    if (counted.users > 0 || closing.signal.aborted) return;
    counted.cancelClosing = platform.setTimer(LINGER_MS, () => {
      threads.delete(sessionId);
      counted.thread.close();
    });
  }

  return {
    acquire(sessionId, snapshot) {
      if (closing.signal.aborted) throw new SessionStreamError("closed", "This chat client was closed");
      const counted = threads.get(sessionId) ?? open(sessionId, snapshot);
      counted.cancelClosing?.();
      counted.cancelClosing = null;
      counted.users += 1;
      let held = true;
      return {
        thread: counted.thread,
        release() {
          if (!held) return;
          held = false;
          release(sessionId, counted);
        },
      };
    },
    close() {
      if (closing.signal.aborted) return;
      closing.abort();
      for (const { thread, cancelClosing } of threads.values()) {
        cancelClosing?.();
        thread.close();
      }
      threads.clear();
      backend.close();
    },
  };
}
