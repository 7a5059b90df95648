/**
 * Owns how rows that others add to one thread reach its session: known ones are passed over, the rest is published, one
 * after the other. An observation that breaks begins anew and reads what it missed; nothing shown is taken back.
 */
import { type EntityKey, entityKey, SessionStreamError } from "@sessionstream/protocol";
import {
  type Answers,
  type MessageRow,
  type MessageRowStore,
  messageStoreError,
  type RowRetry,
  retryRow,
} from "@sessionstream/protocol/message-rows";
import type { Hub } from "../../hub/hub.ts";
import type { SessionKey } from "../../storage/contract.ts";
import { ChatMessage } from "../kinds.ts";
import { eventsOfRow } from "./events-of-row.ts";

export interface RowFollower {
  readonly hub: Pick<Hub, "publish">;
  /** The table does not tell of rows at the moment, or the hub could not take one; it is tried again. */
  onError(error: SessionStreamError, session: SessionKey): void;
}

export interface ThreadRows {
  readonly session: SessionKey;
  readonly threadId: string;
  /** Entities known to be in the table, under whatever row key. */
  readonly stored: Set<EntityKey>;
  readonly answers: Answers;
  readonly cards: ReadonlySet<string>;
}

/** @returns how to stop */
export function observeThread(
  store: MessageRowStore,
  thread: ThreadRows & { readonly read: Promise<void> },
  { hub, onError }: RowFollower,
  retry: RowRetry,
): () => void {
  let stopped = false;
  let stop = (): void => undefined;
  /** Rows are published one after the other, after those the thread was opened with. */
  let last = thread.read;
  const untilStopped: RowRetry = { ...retry, attempts: Number.POSITIVE_INFINITY };

  function take(rows: readonly MessageRow[]): void {
    // A thread that could not be read is opened anew, and then observed anew.
    last = last.then(() => publishAll(rows)).catch((error: unknown) => tell(error));
  }

  async function publishAll(rows: readonly MessageRow[]): Promise<void> {
    for (const row of rows) if (!stopped) await publish(row);
  }

  async function publish(row: MessageRow): Promise<void> {
    const { session, stored, cards, answers } = thread;
    if (stored.has(rowEntity(row))) return;
    const found = eventsOfRow(row, cards, answers);
    if (found === null) return;
    stored.add(rowEntity(row));
    const isNew = { guard: (view: Parameters<Guard>[0]) => view.get(ChatMessage, found.messageId) === undefined };
    try {
      await hub.publish(session, found.events, isNew);
    } catch (error) {
      stored.delete(rowEntity(row));
      throw error;
    }
  }

  function tell(error: unknown): void {
    if (!stopped) onError(SessionStreamError.from(error), thread.session);
  }

  function begin(): void {
    stop = store.observeMessages?.(thread.threadId, take, (error) => void again(error)) ?? stop;
  }

  async function again(error: unknown): Promise<void> {
    if (stopped) return;
    onError(messageStoreError(error), thread.session);
    stop();
    await retry.wait(AGAIN_MS);
    if (stopped) return;
    begin();
    take(await retryRow(() => store.loadMessages(thread.threadId), untilStopped));
  }

  begin();
  return () => {
    stopped = true;
    stop();
  };
}

type Guard = NonNullable<NonNullable<Parameters<Hub["publish"]>[2]>["guard"]>;

const AGAIN_MS = 1_000;

/** A row this adapter wrote is named by its entity, one of the application's is its message. */
function rowEntity(row: MessageRow): EntityKey {
  const slash = row.key.indexOf("/");
  const kind = row.key.slice(0, slash);
  return kind === ChatMessage.kind ? entityKey(kind, row.key.slice(slash + 1)) : entityKey(ChatMessage.kind, row.key);
}
