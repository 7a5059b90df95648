/**
 * Owns how the rows of a thread become the pieces of a session, in order. Runs have no rows: those that answered are
 * inferred, so that the model hears its own earlier answers.
 */
import { type EntityKey, entityKey } from "../ids.ts";
import { type AnswerRun, Answers } from "./answers.ts";
import { type ChatPiece, MESSAGE, RUN, typed } from "./chat-piece.ts";
import type { MessageRow } from "./message-row.ts";
import { piecesOfRow } from "./pieces-of-row.ts";

export interface PlacedPiece extends ChatPiece {
  readonly createdOrdinal: bigint;
  /** Among the pieces of one row. */
  readonly createdIndex: number;
  readonly createdAt: number;
}

/** One ordinal per row, in the order in which they were begun; the table has them as they were finished. */
export function piecesOfThread(
  rows: readonly MessageRow[],
  cards: ReadonlySet<string>,
  answers = new Answers(),
): readonly PlacedPiece[] {
  const placed = new Map<EntityKey, PlacedPiece>();
  const begun = rows.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
  for (const [index, row] of begun.entries()) {
    const pieces = piecesOfRow(row, cards, answers);
    const runs = pieces.flatMap(({ kind, id, payload }) => {
      const run = kind === MESSAGE ? answers.meet(id, payload) : null;
      return run === null ? [] : [finishedRun(run)];
    });
    for (const [createdIndex, piece] of [...pieces, ...runs].entries()) {
      const key = entityKey(piece.kind, piece.id);
      // Two rows of the application may tell of one call; the first is the one that was shown.
      if (placed.has(key)) continue;
      placed.set(key, { ...piece, createdOrdinal: BigInt(index) + 1n, createdIndex, createdAt: row.at });
    }
  }
  return [...placed.values()];
}

function finishedRun({ runId, root, userMessageId }: AnswerRun): ChatPiece {
  const status = "CHAT_RUN_STATUS_FINISHED";
  return { kind: RUN, id: runId, payload: { ...typed(RUN), runId, messageId: root, userMessageId, status } };
}
