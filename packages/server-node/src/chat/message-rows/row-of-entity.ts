import type { JsonObject } from "@sessionstream/protocol";
import { type ChatPiece, isRowKind, type NewMessageRow, rowOfPiece } from "@sessionstream/protocol/message-rows";
import type { StoredEntity } from "../../storage/contract.ts";

/** `null`: not a piece of the conversation, removed, or not finished yet. */
export function rowOfEntity(entity: StoredEntity, threadId: string, cards: ReadonlySet<string>): NewMessageRow | null {
  if (entity.removed || entity.open || !isRowKind(entity.kind, cards)) return null;
  return rowOfPiece(pieceOf(entity), { threadId, at: entity.createdAt, cards });
}

export function pieceOf({ kind, id, payload }: StoredEntity): ChatPiece {
  // CAST: payloads are JSON objects, written by the hub.
  return { kind, id, payload: JSON.parse(payload) as JsonObject };
}
