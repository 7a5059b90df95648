/** Owns what is spoken and when (pure): once that an answer began, once what it says; trouble at once. */
import type { ChatThread, RunState, ThreadStatus, TimelineEntity } from "@sessionstream/client";
import { errorText } from "../labels/error-text.ts";
import type { Labels } from "../labels/labels.ts";

export interface Announcement {
  readonly urgency: "polite" | "assertive";
  readonly text: string;
}

const LONGEST_SENTENCE = 200;

/** `answer`: the text of the newest answer, read only when it is spoken. */
export function announce(
  before: ThreadStatus | null,
  after: ThreadStatus,
  answer: () => string,
  labels: Labels,
): Announcement | null {
  const trouble = firstTrouble(before, after, labels);
  if (trouble !== null) return { urgency: "assertive", text: trouble };
  const { run } = after;
  if (run.type !== "run" || !isNews(before, run)) return null;

  if (run.phase === "awaiting-input") return { urgency: "assertive", text: labels.announceAwaitingInput };
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

function isAnswer({ kind, payload }: TimelineEntity): boolean {
  return kind === "ChatMessage" && payload["role"] === "assistant";
}

/** The first sentence as it is spoken: without code blocks and the marks of markdown. */
export function firstSentence(markdown: string): string {
  const plain = markdown
    .slice(0, 4000)
    .replace(/^(```|~~~)[\s\S]*?(^\1|$(?![\s\S]))/gm, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+[.)])\s+/gm, "")
    .replace(/[*_`~|]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const sentence = /^.*?[.!?…。！？](?=\s|$)|^.*?[。！？]/.exec(plain)?.[0] ?? plain;
  return sentence.length <= LONGEST_SENTENCE ? sentence : `${sentence.slice(0, LONGEST_SENTENCE).trimEnd()}…`;
}
