/**
 * Owns submitting one command despite passing failures: under one id, so every repetition is safe (L9). Knows no
 * message: what a failure means to the user is the caller's.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { ChatBackend, CommandReceipt, CommandSubmission } from "../backend/chat-backend.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";

const ATTEMPTS = 3;
const FIRST_DELAY_MS = 1_000;

export interface Submitter {
  readonly backend: Pick<ChatBackend, "submit">;
  readonly platform: Pick<ClientPlatform, "setTimer" | "random">;
  /** Cuts a request short: the client is gone. */
  readonly signal: AbortSignal;
  /** Ends the waiting between attempts, never a request on its way: leaving a thread must not lose what was sent. */
  readonly leaving: AbortSignal;
}

export async function submitWithRetry(submitter: Submitter, command: CommandSubmission): Promise<CommandReceipt> {
  const { backend, signal, leaving } = submitter;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await backend.submit(command, signal);
    } catch (thrown) {
      const error = SessionStreamError.from(thrown);
      if (!error.retryable || attempt === ATTEMPTS || leaving.aborted) throw error;
      await pause(submitter, delayBefore(attempt + 1, error, submitter), error);
    }
  }
}

/** Doubled each time, jittered between half and all of it, never before the server's own wish. */
function delayBefore(attempt: number, error: SessionStreamError, { platform }: Submitter): number {
  const most = FIRST_DELAY_MS * 2 ** (attempt - 2);
  return Math.max(most / 2 + (platform.random() * most) / 2, error.retryAfterMs ?? 0);
}

function pause({ platform, leaving }: Submitter, delayMs: number, error: SessionStreamError): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = platform.setTimer(delayMs, () => {
      leaving.removeEventListener("abort", leave);
      resolve();
    });
    const leave = (): void => {
      cancel();
      reject(error);
    };
    leaving.addEventListener("abort", leave, { once: true });
  });
}
