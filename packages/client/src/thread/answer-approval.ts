/**
 * Owns how an answer to an approval is sent: now or not at all. It is never queued, stored or sent again by itself, since
 * what its writer saw may be over by then. Whoever learns that it failed looks again and decides anew; the first answer
 * counts, so that does no harm.
 */
import { type CommandId, type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type { ChatBackend } from "../backend/chat-backend.ts";
import { CHAT_COMMANDS } from "./chat-payload.ts";

export interface ApprovalAnswer {
  readonly approvalId: string;
  /** As the approval shows it: an answer counts for what was seen and nothing else. */
  readonly digest: string;
  readonly decision: "approve" | "deny";
  /** Told to the model and shown to people. */
  readonly reason?: string | undefined;
}

interface AnswerContext {
  readonly backend: Pick<ChatBackend, "submit">;
  readonly signal: AbortSignal;
  readonly session: SessionId;
  readonly commandId: CommandId;
  /** What is shown is the session's state as far as anybody knows. */
  readonly isCurrent: boolean;
}

const WIRE = {
  approve: { decision: "CHAT_APPROVAL_DECISION_APPROVE", outcome: "approved" },
  deny: { decision: "CHAT_APPROVAL_DECISION_DENY", outcome: "denied" },
} as const;

export async function submitAnswer(context: AnswerContext, answer: ApprovalAnswer): Promise<void> {
  const { backend, signal, session, commandId, isCurrent } = context;
  const { approvalId, digest, reason = "" } = answer;
  if (!isCurrent) {
    throw new SessionStreamError("network", "An answer needs a connection: without one, what is shown may be over");
  }
  const { decision, outcome } = WIRE[answer.decision];
  const payload = { approvalId, digest, decision, reason };
  try {
    await backend.submit({ session, name: CHAT_COMMANDS.answerApproval, commandId, payload }, signal);
  } catch (thrown) {
    const error = SessionStreamError.from(thrown);
    // Decided as wished: by an answer of ours whose receipt was lost, or by somebody else.
    if (error.code !== "already_answered" || error.reason !== outcome) throw error;
  }
}
