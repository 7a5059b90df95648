/**
 * Owns how a row that somebody else added becomes events of a running session, so that it appears in open threads and
 * in what the model hears next. Text only: what else a row holds appears when the thread is read again.
 */
import { type Answers, type ChatPiece, type MessageRow, piecesOfRow } from "@sessionstream/protocol/message-rows";
import { type EventInput, event } from "../../event/define-event.ts";
import { ChatRunFinished, ChatRunStarted, ChatTextSegmentFinished, ChatUserMessageAccepted } from "../events.ts";
import { ChatMessage } from "../kinds.ts";

export interface RowEvents {
  readonly messageId: string;
  readonly events: readonly EventInput[];
}

/** `null`: there is no text in it. */
export function eventsOfRow(row: MessageRow, cards: ReadonlySet<string>, answers: Answers): RowEvents | null {
  const message = piecesOfRow(row, cards, answers).find(({ kind }) => kind === ChatMessage.kind);
  return message === undefined ? null : { messageId: message.id, events: eventsOf(message, answers) };
}

function eventsOf({ id: messageId, payload }: ChatPiece, answers: Answers): readonly EventInput[] {
  const [role, content, status] = [textOf(payload["role"]), textOf(payload["content"]), textOf(payload["status"])];
  const run = answers.meet(messageId, payload);
  if (role === "user") return [event(ChatUserMessageAccepted, { messageId, role, content, status })];
  const said = event(ChatTextSegmentFinished, {
    messageId,
    role,
    content,
    status,
    parentMessageId: textOf(payload["parentMessageId"]),
    final: true,
  });
  if (run === null) return [said];
  // Begun and ended in one commit: nobody is ever asked to answer.
  const about = { messageId: run.root, correlation: { runId: run.runId } };
  return [
    event(ChatRunStarted, { ...about, userMessageId: run.userMessageId }),
    said,
    event(ChatRunFinished, { ...about, status: "finished" }),
  ];
}

function textOf(field: unknown): string {
  return typeof field === "string" ? field : "";
}
