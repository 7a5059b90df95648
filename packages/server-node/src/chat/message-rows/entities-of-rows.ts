import { type Answers, type MessageRow, piecesOfThread } from "@sessionstream/protocol/message-rows";
import type { StoredEntity } from "../../storage/contract.ts";

export function entitiesOfRows(
  rows: readonly MessageRow[],
  cards: ReadonlySet<string>,
  answers?: Answers,
): readonly StoredEntity[] {
  return piecesOfThread(rows, cards, answers).map(({ payload, ...piece }) => ({
    ...piece,
    lastEventOrdinal: piece.createdOrdinal,
    updatedAt: piece.createdAt,
    open: false,
    removed: false,
    payload: JSON.stringify(payload),
  }));
}
