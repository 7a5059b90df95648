/** Owns what is spoken and when (pure): once that an answer began, once what it says; trouble at once. */
import type { ChatThread, PendingMessage, RunState, ThreadStatus, TimelineEntity } from "@sessionstream/client";
import { plainText } from "@sessionstream/protocol";
import { errorText } from "../labels/error-text.ts";
import type { Labels } from "../labels/labels.ts";

export interface Announcement {
  readonly urgency: "polite" | "assertive";
  readonly text: string;
}

const LONGEST_SENTENCE = 200;

/** What is looked up only when it is to be spoken of. */
interface Sources {
  /** The text of the newest answer. */
  readonly answer: () => string;
  /** Whether the conversation shows the message of this command. */
  readonly hasRow: (commandId: string) => boolean;
  /** What the reader is asked for; empty if it is others who are asked. */
  readonly question: () => string;
  /** Whether it is not what the reader was asked for before. */
  readonly isAnotherQuestion: boolean;
}

export function announce(
  before: ThreadStatus | null,
  after: ThreadStatus,
  { answer, hasRow, question, isAnotherQuestion }: Sources,
  labels: Labels,
): Announcement | null {
  const trouble = firstTrouble(before, after, labels);
  if (trouble !== null) return { urgency: "assertive", text: trouble };
  const aside = ownMessages(before, after, hasRow, labels);
  if (aside !== null) return { urgency: "polite", text: aside };
  const { run } = after;
  if (run.type !== "run" || !(isNews(before, run) || isAnotherQuestion)) return null;

  if (run.phase === "awaiting-input") {
    const text = question();
    return text === "" ? null : { urgency: "assertive", text };
  }
  if (run.phase === "running") return { urgency: "polite", text: labels.announceGenerating };
  if (run.phase === "stopped") return { urgency: "polite", text: labels.announceStopped };
  if (run.phase !== "finished") return null;
  return { urgency: "polite", text: firstSentence(answer()) || labels.announceFinished };
}

/** A run that had ended before we looked is history; one that goes on after a question to the user does not begin. */
function isNews(before: ThreadStatus | null, run: RunState & { readonly type: "run" }): boolean {
  const previous = before?.run;
  if (previous?.type === "run" && previous.id === run.id) {
    return previous.phase !== run.phase && !(previous.phase === "awaiting-input" && run.phase === "running");
  }
  return run.active || before?.hydration.type === "ready";
}

function firstTrouble(before: ThreadStatus | null, after: ThreadStatus, labels: Labels): string | null {
  const { connection, hydration, run, pending } = after;
  if (hydration.type === "failed" && before?.hydration.type !== "failed") return labels.loadFailedTitle;
  if (connection.type === "failed" && before?.connection.type !== "failed") return labels.connection.failed;

  const wasFailed = (id: string) =>
    before?.pending.some(({ commandId, delivery }) => commandId === id && delivery.type === "failed") === true;
  const unsent = pending.find(({ commandId, delivery }) => delivery.type === "failed" && !wasFailed(commandId));
  if (unsent?.delivery.type === "failed") return `${labels.sendFailed}. ${errorText(unsent.delivery.error, labels)}`;

  if (run.type !== "run" || !isNews(before, run)) return null;
  if (run.phase === "failed") return [labels.runFailed, run.error?.message ?? ""].join(". ");
  return run.phase === "interrupted" ? labels.runInterrupted : null;
}

/** A message that has to wait, or was taken back. Online, waiting is a moment before sending, and no news. */
function ownMessages(
  before: ThreadStatus | null,
  { connection, pending }: ThreadStatus,
  hasRow: Sources["hasRow"],
  labels: Labels,
): string | null {
  if (before === null || pending === before.pending) return null;
  const now = new Set(pending.map(({ commandId }) => commandId));
  const gone = before.pending.find(
    ({ commandId, delivery }) =>
      (delivery.type === "queued" || delivery.type === "failed") && !now.has(commandId) && !hasRow(commandId),
  );
  if (gone !== undefined) return labels.discarded;
  const known = new Set(before.pending.map(({ commandId }) => commandId));
  const waits = ({ commandId, delivery }: PendingMessage) => delivery.type === "queued" && !known.has(commandId);
  return connection.type !== "open" && pending.some(waits) ? labels.waitingToSend : null;
}

/** Text of the newest message of the assistant; empty if there is none. */
export function newestAnswer({ timeline }: ChatThread): string {
  const order = timeline.getOrder();
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const key = order[index];
    const entity = key === undefined ? undefined : timeline.getEntity(key);
    if (entity !== undefined && isAnswer(entity)) return String(entity.payload["content"] || entity.payload["text"]);
  }
  return "";
}

/** Whether the conversation has the message of this command. */
export function showsMessage({ timeline }: ChatThread, commandId: string): boolean {
  return timeline.getOrder().some((key) => timeline.getEntity(key)?.commandId === commandId);
}

function isAnswer({ kind, payload }: TimelineEntity): boolean {
  return kind === "ChatMessage" && payload["role"] === "assistant";
}

/** The first sentence as it is spoken: without blocks of code and the signs of Markdown. */
export function firstSentence(markdown: string): string {
  const plain = plainText(markdown.slice(0, 4000), { withoutCode: true }).replace(/\s+/g, " ").trim();
  const sentence = /^.*?[.!?…。！？](?=\s|$)|^.*?[。！？]/.exec(plain)?.[0] ?? plain;
  return sentence.length <= LONGEST_SENTENCE ? sentence : `${sentence.slice(0, LONGEST_SENTENCE).trimEnd()}…`;
}
