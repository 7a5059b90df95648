/**
 * Owns submitting one command despite passing failures: under one id, so every repetition is safe (L9). Knows no
 * message: what a failure means to the user is the caller's.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { ChatBackend, CommandReceipt, CommandSubmission } from "../backend/chat-backend.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";

const ATTEMPTS = 3;
const FIRST_DELAY_MS = 1_000;
/** A page may be told it is offline while its server is reachable, so it is never the last word (K11). */
const OFFLINE_PROBE_MS = 30_000;

export interface Submitter {
  readonly backend: Pick<ChatBackend, "submit">;
  readonly platform: Pick<ClientPlatform, "setTimer" | "random" | "isOnline" | "onLifecycle">;
  /** Cuts a request short: the client is gone. */
  readonly signal: AbortSignal;
  /** Ends the waiting between attempts, never a request on its way: leaving a thread must not lose what was sent. */
  readonly leaving: AbortSignal;
}

export async function submitWithRetry(submitter: Submitter, command: CommandSubmission): Promise<CommandReceipt> {
  const { backend, platform, signal, leaving } = submitter;
  for (let attempt = 1; ; ) {
    try {
      return await backend.submit(command, signal);
    } catch (thrown) {
      const error = SessionStreamError.from(thrown);
      if (!error.retryable || leaving.aborted) throw error;
      if (error.code === "network" && !platform.isOnline()) {
        // Nobody failed, so it costs no attempt.
        await untilOnline(submitter, error);
        continue;
      }
      if (attempt === ATTEMPTS) throw error;
      attempt += 1;
      await pause(submitter, delayBefore(attempt, error, submitter), error);
    }
  }
}

/** Doubled each time, jittered between half and all of it, never before the server's own wish. */
function delayBefore(attempt: number, error: SessionStreamError, { platform }: Submitter): number {
  const most = FIRST_DELAY_MS * 2 ** (attempt - 2);
  return Math.max(most / 2 + (platform.random() * most) / 2, error.retryAfterMs ?? 0);
}

function pause({ platform, leaving }: Submitter, delayMs: number, error: SessionStreamError): Promise<void> {
  return wait(leaving, error, (done) => platform.setTimer(delayMs, done));
}

function untilOnline({ platform, leaving }: Submitter, error: SessionStreamError): Promise<void> {
  return wait(leaving, error, (done) => {
    const cancelProbe = platform.setTimer(OFFLINE_PROBE_MS, done);
    const stopListening = platform.onLifecycle((event) => {
      if (event === "wake" && platform.isOnline()) done();
    });
    return () => {
      cancelProbe();
      stopListening();
    };
  });
}

/** Until done; leaving meanwhile fails with what there was to wait for. */
function wait(leaving: AbortSignal, error: SessionStreamError, start: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      cancel();
      leaving.removeEventListener("abort", leave);
      settle();
    };
    const leave = () => end(() => reject(error));
    const cancel = start(() => end(resolve));
    leaving.addEventListener("abort", leave, { once: true });
  });
}
