/** Owns what a chat's session shows in a list of threads. Pure: of the view alone. */
import { messageExcerpt, PREVIEW_LENGTH, RECENT_MESSAGES, TITLE_LENGTH } from "@sessionstream/protocol";
import type { ChatMessageEntity } from "@sessionstream/protocol/chat/v1";
import type { SessionActivity } from "../../directory/contract.ts";
import type { EntityRecord, SessionView } from "../../projection/view.ts";
import { CHAT_SESSION_ID, ChatMessage, ChatRun, ChatSession } from "../kinds.ts";
import { runPhase } from "../run/run-phase.ts";

/** `null`: nobody has said anything of it yet, nor in it. Grows with history: not for every event. */
export function sessionActivity(view: SessionView): SessionActivity | null {
  const session = view.get(ChatSession, CHAT_SESSION_ID);
  const shown = view.list(ChatMessage).filter(isShown);
  const [first] = shown;
  const last = shown.at(-1);
  const createdAt = Math.min(
    session?.createdAt ?? Number.POSITIVE_INFINITY,
    first?.createdAt ?? Number.POSITIVE_INFINITY,
  );
  if (createdAt === Number.POSITIVE_INFINITY) return null;
  // The log does not say which of several people wrote: what users say counts as the owner's.
  const owner = session?.payload.createdBy ?? "";
  return {
    session: view.session,
    owner,
    title: excerptOf(
      shown.find(({ payload }) => payload.role === "user"),
      TITLE_LENGTH,
    ),
    preview: excerptOf(last, PREVIEW_LENGTH),
    createdAt,
    lastActivityAt: last?.updatedAt ?? createdAt,
    ordinal: view.ordinal,
    messages: shown.slice(-RECENT_MESSAGES).map(({ createdOrdinal, payload }) => ({
      ordinal: createdOrdinal,
      author: payload.role === "user" ? owner : null,
    })),
  };
}

/**
 * Changes where a list of threads has something to show: when a run begins or ends, or waits for a person, and with
 * every commit while there is none. Few entities are asked, so that it may be called for each event.
 */
export function momentOf(view: SessionView): string {
  const open = view
    .listOpen(ChatRun)
    .map(({ payload }) => `${payload.runId} ${runPhase(payload.status) === "awaiting-input"}`);
  return open.length === 0 ? view.ordinal.toString() : open.join();
}

const ROLES: ReadonlySet<string> = new Set(["user", "assistant", "error"]);

/** Thoughts are no messages, and what is being said is one when it is said. */
function isShown({ payload, open }: EntityRecord<typeof ChatMessage.schema>): boolean {
  const says = payload.content.trim() !== "" || filenamesOf(payload).some((filename) => filename !== "");
  return ROLES.has(payload.role) && !open && says;
}

function excerptOf(message: EntityRecord<typeof ChatMessage.schema> | undefined, length: number): string {
  return message === undefined ? "" : messageExcerpt(message.payload.content, filenamesOf(message.payload), length);
}

function filenamesOf({ attachments }: ChatMessageEntity): readonly string[] {
  return attachments.map(({ filename }) => filename);
}
