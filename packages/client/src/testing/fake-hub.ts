/**
 * A hub in memory under a script's control: push commits, go offline, fail loads, hold or fail commands, answer what the
 * script asks people. Everything else (cursors, deltas on return, patches) behaves as with a server, because it is the
 * local backend.
 */
import { type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type { ChatBackend, CommandReceipt, CommandSubmission } from "../backend/chat-backend.ts";
import { createLocalBackend, type LocalBackendOptions } from "../backend/local/create-local-backend.ts";
import type { LocalSession } from "../backend/local/local-session.ts";
import { defaultPlatform } from "../platform/default-platform.ts";
import { CHAT_COMMANDS } from "../thread/chat-payload.ts";
import { localThreads } from "../threads/local-threads.ts";
import type { ThreadList } from "../threads/thread-list.ts";
import { answerApproval } from "./fake-approvals.ts";

export interface FakeHub {
  readonly backend: ChatBackend;
  /** What has been said so far, as a list. */
  readonly threads: ThreadList;
  /** Write into it: `hub.session(id).commit([userMessage({ id: "m1", text: "Hello" })])`. */
  session(id: SessionId): LocalSession;
  /** Every attempt so far, repetitions included. */
  readonly submissions: readonly CommandSubmission[];
  goOffline(): void;
  goOnline(): void;
  /** Loads fail until `healLoads`; a thread tries again by `reconnect()`. */
  failLoads(error?: SessionStreamError): void;
  healLoads(): void;
  /** The next `times` commands fail (default: all) and take no effect. */
  failSubmits(error: SessionStreamError, times?: number): void;
  healSubmits(): void;
  /** Commands wait until the returned function is called. */
  holdSubmits(): () => void;
  /** Commands take effect, but their answer is lost, until the returned function is called. */
  loseReceipts(): () => void;
}

export function fakeHub(options: LocalBackendOptions = {}): FakeHub {
  const { platform = defaultPlatform() } = options;
  const local = createLocalBackend({ ...options, platform });
  const submissions: CommandSubmission[] = [];
  let failure: { readonly error: SessionStreamError; left: number } | null = null;
  let gate: Promise<void> | null = null;
  let losing = false;

  async function perform(command: CommandSubmission, signal: AbortSignal): Promise<CommandReceipt> {
    const isAnswer = command.name === CHAT_COMMANDS.answerApproval && local.network.isOnline();
    return isAnswer
      ? answerApproval(local.session(command.session), command, platform.now())
      : local.submit(command, signal);
  }

  const backend: ChatBackend = {
    open: (id, observer, from) => local.open(id, observer, from),
    close: () => local.close(),
    async submit(command, signal) {
      submissions.push(command);
      if (gate !== null) await gate;
      if (failure !== null && failure.left > 0) {
        failure.left -= 1;
        throw failure.error;
      }
      const receipt = await perform(command, signal);
      if (losing) throw new SessionStreamError("network", "The answer was lost");
      return receipt;
    },
  };

  return {
    backend,
    threads: localThreads(local),
    submissions,
    session: (id) => local.session(id),
    goOffline: () => local.network.setOnline(false),
    goOnline: () => local.network.setOnline(true),
    failLoads(error = new SessionStreamError("storage_unavailable", "The conversation could not be loaded")) {
      local.network.failLoads(error);
    },
    healLoads: () => local.network.failLoads(null),
    failSubmits(error, times = Number.POSITIVE_INFINITY) {
      failure = { error, left: times };
    },
    healSubmits() {
      failure = null;
    },
    holdSubmits() {
      let release = (): void => undefined;
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        gate = null;
        release();
      };
    },
    loseReceipts() {
      losing = true;
      return () => {
        losing = false;
      };
    },
  };
}
