/** Owns the port through which commands reach a server. */
import type { CommandReceipt, CommandSubmission } from "../backend/chat-backend.ts";

export interface CommandPort {
  /** Rejects with a SessionStreamError whose `retryable` says whether the same command may be sent again. */
  submit(command: CommandSubmission, signal: AbortSignal): Promise<CommandReceipt>;
}
