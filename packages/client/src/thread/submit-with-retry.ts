/**
 * Owns submitting one command despite passing failures: under one id, so every repetition is safe (L9). Knows no
 * message: what a failure means to the user is the caller's.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { ChatBackend, CommandReceipt, CommandSubmission } from "../backend/chat-backend.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";

const ATTEMPTS = 3;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

export interface Submitter {
  readonly backend: Pick<ChatBackend, "submit">;
  readonly platform: Pick<ClientPlatform, "setTimer" | "random" | "isOnline" | "onLifecycle">;
  /** Cuts a request short: the client is gone. */
  readonly signal: AbortSignal;
  /** Ends the waiting between attempts, never a request on its way: leaving a thread must not lose what was sent. */
  readonly leaving: AbortSignal;
  /** Default 3. */
  readonly attempts?: number;
}

export async function submitWithRetry(submitter: Submitter, command: CommandSubmission): Promise<CommandReceipt> {
  const { backend, platform, signal, leaving, attempts = ATTEMPTS } = submitter;
  for (let attempt = 1; ; ) {
    try {
      return await backend.submit(command, signal);
    } catch (thrown) {
      const error = SessionStreamError.from(thrown);
      if (!error.retryable || leaving.aborted) throw error;
      if (error.code === "network" && !platform.isOnline()) {
        // Nobody failed, so it costs no attempt. But a page may be told it is offline while its server is reachable, so
        // that is never the last word (K11).
        await pause(submitter, LONGEST_DELAY_MS, error);
        continue;
      }
      if (attempt >= attempts) throw error;
      attempt += 1;
      await pause(submitter, delayBefore(attempt, error, submitter), error);
    }
  }
}

/** Doubled each time, jittered between half and all of it, never before the server's own wish. */
function delayBefore(attempt: number, error: SessionStreamError, { platform }: Submitter): number {
  const most = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 2), LONGEST_DELAY_MS);
  return Math.max(most / 2 + (platform.random() * most) / 2, error.retryAfterMs ?? 0);
}

/** Until the time has passed or, if it was the network, it is back. Leaving fails with what there was to wait for. */
function pause({ platform, leaving }: Submitter, delayMs: number, error: SessionStreamError): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      cancelTimer();
      stopListening();
      leaving.removeEventListener("abort", leave);
      settle();
    };
    const leave = () => end(() => reject(error));
    const cancelTimer = platform.setTimer(delayMs, () => end(resolve));
    const stopListening = platform.onLifecycle((event) => {
      if (error.code === "network" && event === "wake" && platform.isOnline()) end(resolve);
    });
    leaving.addEventListener("abort", leave, { once: true });
  });
}
