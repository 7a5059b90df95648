/**
 * Owns how local sessions live on as rows of a messages table: settled messages, calls, results and named widgets, in the
 * form a server would write. A row that cannot be written waits, before all later ones of its session, and is shown
 * meanwhile as before.
 */
import {
  type EntityKey,
  entityKey,
  type JsonObject,
  type SessionId,
  type SessionStreamError,
} from "@sessionstream/protocol";
import {
  Answers,
  type ChatPiece,
  isRowKind,
  type MessageRow,
  type MessageRowStore,
  messageStoreError,
  piecesOfRow,
  piecesOfThread,
  retryRow,
  rowOfPiece,
} from "@sessionstream/protocol/message-rows";
import type { LocalHistory } from "../backend/local/local-history.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { defaultPlatform } from "../platform/default-platform.ts";
import {
  CHAT_KINDS,
  chatMessagePayload,
  runPayload,
  toolCallPayload,
  toolResultPayload,
} from "../thread/chat-payload.ts";
import type { TimelineEntity } from "../timeline/entity.ts";

export interface MessageRowHistoryOptions {
  readonly store: MessageRowStore;
  /** A row could not be written, or the table does not tell of rows. What can help is tried again, by itself. */
  readonly onError: (error: SessionStreamError, session: SessionId) => void;
  /** Kinds of entities, beside the chat's own, that are kept as cards. */
  readonly cards?: readonly string[];
  /** Default: the session's id. */
  readonly threadId?: (session: SessionId) => string;
  readonly platform?: Pick<ClientPlatform, "setTimer" | "random">;
}

interface Kept {
  /** Entities that are in the table or on their way there, under whatever row key. */
  readonly known: Set<EntityKey>;
  readonly answers: Answers;
  last: Promise<void>;
}

export function messageRowHistory(options: MessageRowHistoryOptions): LocalHistory {
  const { store, onError, threadId = (session: SessionId) => session, platform = defaultPlatform() } = options;
  const cards = new Set(options.cards);
  const sessions = new Map<SessionId, Kept>();
  const retry = {
    wait: (delayMs: number) => new Promise<void>((resolve) => void platform.setTimer(delayMs, resolve)),
    random: () => platform.random(),
  };

  function keptOf(session: SessionId): Kept {
    const kept = sessions.get(session) ?? { known: new Set(), answers: new Answers(), last: Promise.resolve() };
    sessions.set(session, kept);
    return kept;
  }

  async function write(session: SessionId, { key, kind, id, payload, createdAt }: TimelineEntity): Promise<void> {
    const row = rowOfPiece({ kind, id, payload }, { threadId: threadId(session), at: createdAt, cards });
    if (row === null) return;
    const append = async () => {
      try {
        await store.appendMessage(row);
      } catch (error) {
        onError(messageStoreError(error), session);
        throw error;
      }
    };
    // What will never work has been told of; who settles again is tried again.
    await retryRow(append, { ...retry, attempts: Number.POSITIVE_INFINITY }).catch(() =>
      keptOf(session).known.delete(key),
    );
  }

  return {
    async load(session) {
      const { known, answers } = keptOf(session);
      const rows = await retryRow(() => store.loadMessages(threadId(session)), { ...retry, attempts: 3 });
      const entities = piecesOfThread(rows, cards, answers).map((piece) => ({
        ...piece,
        key: entityKey(piece.kind, piece.id),
        payload: totalPayload(piece),
        lastEventOrdinal: piece.createdOrdinal,
        updatedAt: piece.createdAt,
        open: false,
        commandId: undefined,
      }));
      for (const { key } of entities) known.add(key);
      return entities;
    },

    keep(session, settled) {
      const kept = keptOf(session);
      for (const entity of settled) {
        if (kept.known.has(entity.key) || !isRowKind(entity.kind, cards)) continue;
        kept.known.add(entity.key);
        kept.last = kept.last.then(() => write(session, entity));
      }
    },

    observe(session, next) {
      const { known, answers } = keptOf(session);
      const hear = (row: MessageRow): void => {
        for (const piece of piecesOfRow(row, cards, answers)) {
          const key = entityKey(piece.kind, piece.id);
          if (known.has(key)) continue;
          known.add(key);
          next({ type: "put", kind: piece.kind, id: piece.id, payload: totalPayload(piece) });
        }
      };
      const stop = store.observeMessages?.(
        threadId(session),
        (rows) => rows.forEach(hear),
        (error) => onError(messageStoreError(error), session),
      );
      return () => stop?.();
    },
  };
}

const TOTAL: Readonly<Record<string, (fields: JsonObject) => JsonObject>> = {
  [CHAT_KINDS.message]: chatMessagePayload,
  [CHAT_KINDS.toolCall]: toolCallPayload,
  [CHAT_KINDS.toolResult]: toolResultPayload,
  [CHAT_KINDS.run]: runPayload,
};

/** Rows leave out what says nothing. */
function totalPayload({ kind, payload }: ChatPiece): JsonObject {
  return TOTAL[kind]?.(payload) ?? payload;
}
