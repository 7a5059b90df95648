/**
 * Owns how the rows of a thread become the entities of a session. Runs have no rows: those that answered are inferred,
 * so that the model hears its own earlier answers.
 */

import { type EntityKey, entityKey } from "@sessionstream/protocol";
import { ChatRunStatus, ChatRunStatusSchema } from "@sessionstream/protocol/chat/v1";
import type { MessageRow } from "@sessionstream/protocol/message-rows";
import type { StoredEntity } from "../../storage/contract.ts";
import { ChatMessage, ChatRun } from "../kinds.ts";
import { type AnswerRun, Answers } from "./answers.ts";
import { type Content, contentsOfRow, typed } from "./contents-of-row.ts";

/** One ordinal per row, in the order in which they were begun; the table has them as they were finished. */
export function entitiesOfRows(
  rows: readonly MessageRow[],
  cards: ReadonlySet<string>,
  answers = new Answers(),
): readonly StoredEntity[] {
  const entities = new Map<EntityKey, StoredEntity>();
  const begun = rows.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
  for (const [index, row] of begun.entries()) {
    const ordinal = BigInt(index) + 1n;
    const contents = contentsOfRow(row, cards, answers);
    const runs = contents.flatMap(({ kind, id, payload }) => {
      const run = kind === ChatMessage.kind ? answers.meet(id, payload) : null;
      return run === null ? [] : [finishedRun(run)];
    });
    for (const [place, content] of [...contents, ...runs].entries()) {
      const key = entityKey(content.kind, content.id);
      // Two rows of the application may tell of one call; the first is the one that was shown.
      if (!entities.has(key)) entities.set(key, entity(content, ordinal, place, row.at));
    }
  }
  return [...entities.values()];
}

function finishedRun({ runId, root, userMessageId }: AnswerRun): Content {
  const status = ChatRunStatusSchema.value[ChatRunStatus.FINISHED]?.name ?? "";
  return {
    kind: ChatRun.kind,
    id: runId,
    payload: { ...typed(ChatRun.schema), runId, messageId: root, userMessageId, status },
  };
}

function entity({ kind, id, payload }: Content, ordinal: bigint, createdIndex: number, at: number): StoredEntity {
  return {
    kind,
    id,
    createdOrdinal: ordinal,
    createdIndex,
    lastEventOrdinal: ordinal,
    createdAt: at,
    updatedAt: at,
    open: false,
    removed: false,
    payload: JSON.stringify(payload),
  };
}
