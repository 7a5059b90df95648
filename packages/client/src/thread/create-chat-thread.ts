/**
 * Wires a conversation: timeline, delivery and run over one session of a backend. Holds the four facts of its status as
 * one immutable snapshot. Owns no rule: each is in its own file.
 */
import { commandId as asCommandId, type CommandId, type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type {
  ApplyResult,
  ChatBackend,
  CommandSubmission,
  SessionObserver,
  TimelineUpdate,
} from "../backend/chat-backend.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { createListeners } from "../timeline/listeners.ts";
import { createTimelineStore, type TimelineFlush } from "../timeline/store.ts";
import { submitAnswer } from "./answer-approval.ts";
import { CHAT_COMMANDS } from "./chat-payload.ts";
import type { ChatThread, SendInput, TranscriptRow } from "./chat-thread.ts";
import { createDelivery } from "./delivery.ts";
import { createRowLimit } from "./row-limit.ts";
import { createRowsSelector, isOwnMessage } from "./rows.ts";
import { currentRun, isRunKey, sameRun } from "./run-state.ts";
import { type ResetReason, resetReason, type SessionReset } from "./session-reset.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import type { ThreadStatus } from "./status.ts";
import { submitWithRetry } from "./submit-with-retry.ts";

export interface ChatThreadOptions {
  readonly sessionId: SessionId;
  readonly backend: ChatBackend;
  readonly platform: ClientPlatform;
  readonly outbox: Outbox;
  /** Rows asked for by `loadEarlier`. Default 50. */
  readonly pageSize?: number;
  /** Shown from the start. */
  readonly snapshot?: SessionSnapshot | undefined;
  /** Entities held at most. Default 5,000. */
  readonly maxEntities?: number;
  /** Aborted when the client is closed. */
  readonly signal: AbortSignal;
}

export interface OpenChatThread extends ChatThread {
  /** Leaves the session. Never stops its run, never cuts short a message on its way (L7). */
  close(): void;
}

type FullState = Extract<TimelineUpdate, { readonly type: "full" }>;

const BUSY_POLICY = {
  queue: "CHAT_BUSY_POLICY_QUEUE",
  replace: "CHAT_BUSY_POLICY_REPLACE",
  reject: "CHAT_BUSY_POLICY_REJECT",
} as const;

export function createChatThread(options: ChatThreadOptions): OpenChatThread {
  const { sessionId, backend, platform, signal, pageSize = 50, maxEntities = 5_000 } = options;
  const leaving = new AbortController();
  const submitter = { backend, platform, signal, leaving: leaving.signal };
  const timeline = createTimelineStore(platform);
  const selectRows = createRowsSelector(timeline);
  const rowListeners = createListeners<[]>(platform);
  const statusListeners = createListeners<[]>(platform);
  const resetListeners = createListeners<[SessionReset]>(platform);
  const limit = createRowLimit(maxEntities);
  let status: ThreadStatus = {
    connection: { type: "idle" },
    hydration: { type: "idle" },
    run: { type: "none" },
    pending: [],
  };
  let rows: readonly TranscriptRow[] = [];
  let loadingEarlier: Promise<void> | null = null;
  /** What is about to be shown instead of what was. */
  let replacement: { readonly reason: ResetReason; readonly full: FullState } | null = null;
  /** A snapshot that nothing can go on from is followed by everything, which replaces it by intent. */
  let isForerunner = options.snapshot?.from.cursor.ordinal === 0n;

  const delivery = createDelivery({
    ...submitter,
    session: sessionId,
    outbox: options.outbox,
    hasArrived: hasMessageOf,
    changed: refreshPending,
  });

  function show(facts: Partial<ThreadStatus>): void {
    status = { ...status, ...facts };
    statusListeners.call();
  }

  function refreshPending(): void {
    const pending = delivery.pending();
    // Both facts first, then the listeners: whoever is told of one may read the other.
    const before = rows;
    rows = selectRows(pending);
    show({ pending });
    if (rows !== before) rowListeners.call();
  }

  function refreshRows(): void {
    const before = rows;
    rows = selectRows(delivery.pending());
    if (rows !== before) rowListeners.call();
  }

  function refreshRun(): void {
    const run = currentRun(timeline);
    if (!sameRun(run, status.run)) show({ run });
  }

  function apply(update: TimelineUpdate): ApplyResult {
    if (update.type === "full") {
      const reason = resetReason(timeline.getCursor(), update.cursor);
      const isExpected = isRevoked() || (isForerunner && reason === "content");
      if (reason !== null && !isExpected) replacement = { reason, full: update };
      isForerunner = false;
    }
    return timeline.apply(update);
  }

  /** Then the content is taken away (P-86), which says nothing of a log and nothing of a message. */
  function isRevoked(): boolean {
    const { connection } = status;
    return connection.type === "failed" && connection.error.code === "revoked";
  }

  function takeReset(): SessionReset | null {
    if (replacement === null) return null;
    const { reason, full } = replacement;
    replacement = null;
    return { reason, lost: delivery.replaced(full) };
  }

  function onFlush({ changed, orderChanged }: TimelineFlush): void {
    const cursor = timeline.getCursor();
    // Before anybody concludes from the new position what became of a message.
    const reset = takeReset();
    for (const key of changed) {
      const entity = timeline.getEntity(key);
      if (entity?.commandId !== undefined && isOwnMessage(entity)) {
        delivery.arrived(entity.commandId, cursor.epoch, entity.createdOrdinal);
      }
    }
    if (!isRevoked()) delivery.reached(cursor);
    if (orderChanged) refreshRows();
    if (orderChanged || cursor.epoch === "" || changed.some(isRunKey)) refreshRun();
    if (reset !== null) resetListeners.call(reset);
  }

  function hasMessageOf(id: string): boolean {
    return timeline.getOrder().some((key) => {
      const entity = timeline.getEntity(key);
      return entity?.commandId === id && isOwnMessage(entity);
    });
  }

  /** For wishes about a run, whose id is made of the run's: wishing twice is wishing once, from any tab. */
  async function submitWish(name: string, commandId: string, payload: CommandSubmission["payload"]): Promise<void> {
    try {
      await submitWithRetry(submitter, { session: sessionId, name, commandId, payload });
    } catch (error) {
      // Somebody else in this session has wished the same before: it is done.
      if (SessionStreamError.from(error).code !== "key_reused") throw error;
    }
  }

  // First, so that rows and status are ready before any listener of the timeline reads them.
  timeline.subscribe(onFlush);
  if (options.snapshot !== undefined) timeline.apply(options.snapshot.state);
  const observer: SessionObserver = {
    apply,
    connection(connection) {
      if (!sameFields(connection, status.connection)) show({ connection });
    },
    hydration(hydration) {
      delivery.following(hydration.type === "ready");
      if (!sameFields(hydration, status.hydration)) show({ hydration });
    },
  };
  const handle = backend.open(sessionId, observer, options.snapshot?.from);

  timeline.subscribe(({ orderChanged }) => {
    const floor = orderChanged ? limit.floor(timeline) : null;
    if (floor !== null) handle.forgetBelow(floor);
  });

  return {
    sessionId,
    timeline,
    getStatus: () => status,
    subscribeStatus: (listener) => statusListeners.add(listener),
    getRows: () => rows,
    subscribeRows: (listener) => rowListeners.add(listener),
    subscribeResets: (listener) => resetListeners.add(listener),
    async send(input) {
      const { text } = input;
      if (text.trim() === "") throw new SessionStreamError("empty_prompt", "The message is empty");
      const id = input.commandId ?? mintCommandId(platform);
      const message = { commandId: id, text, payload: startPayload(input) };
      if (!hasMessageOf(id)) await delivery.send(message);
    },
    retry: (id) => delivery.retry(id),
    discard: (id) => delivery.discard(id),
    async stop() {
      const { run } = status;
      const runId = run.type === "run" ? run.id : "";
      const id = runId === "" ? mintCommandId(platform) : `stop:${runId}`;
      await submitWish(CHAT_COMMANDS.stop, id, { runId });
    },
    retryRun: (runId) => submitWish(CHAT_COMMANDS.start, `retry:${runId}`, { prompt: "", retryOfRunId: runId }),
    async answerApproval(answer) {
      const isCurrent = status.hydration.type === "ready";
      await submitAnswer(
        { backend, signal, session: sessionId, commandId: mintCommandId(platform), isCurrent },
        answer,
      );
    },
    async loadEarlier() {
      limit.checkRoom(timeline);
      loadingEarlier ??= handle.loadEarlier(pageSize).finally(() => {
        loadingEarlier = null;
      });
      await loadingEarlier;
    },
    reconnect: () => handle.reconnect(),
    close() {
      leaving.abort();
      handle.close();
      timeline.close();
    },
  };
}

function mintCommandId(platform: ClientPlatform): CommandId {
  return asCommandId(platform.randomId());
}

function startPayload({ text, busyPolicy }: SendInput): CommandSubmission["payload"] {
  return busyPolicy === undefined ? { prompt: text } : { prompt: text, busyPolicy: BUSY_POLICY[busyPolicy] };
}

/** Equality of flat facts, so that saying the same twice keeps the snapshot. */
function sameFields(a: object, b: object): boolean {
  const fields = Object.entries(a);
  const others = new Map<string, unknown>(Object.entries(b));
  return fields.length === others.size && fields.every(([name, value]) => Object.is(value, others.get(name)));
}
