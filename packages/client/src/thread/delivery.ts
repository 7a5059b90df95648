/**
 * Owns the own messages on their way: one in flight, in the order they were typed, each in exactly one state. It shows
 * a message from the keystroke until the timeline has it; it never looks for it there itself. What is unsent is the
 * outbox's to say: it may change there by another tab's hand, and be sent from there.
 */

import { type Cursor, isErrorCode, type JsonObject, type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type { CommandReceipt, CommandSubmission, TimelineUpdate } from "../backend/chat-backend.ts";
import type { DeliveryNews, Outbox, OutboxFailure, OutboxItem } from "../outbox/outbox.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { createAcceptedMessages } from "./accepted-messages.ts";
import { CHAT_COMMANDS } from "./chat-payload.ts";
import { createDeferred, type Deferred } from "./deferred.ts";
import type { PendingMessage } from "./status.ts";
import { type Submitter, submitWithRetry } from "./submit-with-retry.ts";

export interface DeliveryOptions extends Submitter {
  readonly platform: Submitter["platform"] & Pick<ClientPlatform, "now">;
  readonly session: SessionId;
  readonly outbox: Outbox;
  /** The timeline has the message of this command. */
  readonly hasArrived: (commandId: string) => boolean;
  /** After `pending` changed. */
  readonly changed: () => void;
}

type OwnMessage = Pick<OutboxItem, "commandId" | "text"> & { readonly payload: JsonObject };

export interface Delivery {
  /** Identity kept until it changes. */
  readonly pending: () => readonly PendingMessage[];
  /** Resolves when the server took it. The same id again joins, or retries what failed. */
  send(message: OwnMessage): Promise<void>;
  retry(commandId: string): Promise<void>;
  discard(commandId: string): string | undefined;
  /** The timeline shows the message of this command, created at an ordinal of a log. */
  arrived(commandId: string, inEpoch: string, ordinal: bigint): void;
  /** The timeline shows this state instead of what it showed. Returns the commands it has lost. */
  replaced(by: Extract<TimelineUpdate, { readonly type: "full" }>): readonly string[];
  /** The timeline reached this cursor. */
  reached(cursor: Cursor): void;
  /** Whether the timeline follows the server live. */
  following(isLive: boolean): void;
}

type State = PendingMessage["delivery"];

/** A live timeline that has not shown an accepted message's log by then, never will: another one has taken its place. */
const REPLACED_AFTER_MS = 20_000;

interface Parcel {
  readonly item: OutboxItem;
  readonly delivery: State;
  readonly settled: Deferred;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { session, outbox, leaving } = options;
  const parcels = new Map<string, Parcel>();
  const acceptedMessages = createAcceptedMessages();
  let pending: readonly PendingMessage[] = [];
  let cursor: Cursor | undefined;
  let inFlight: OutboxItem | null = null;
  let isOurTurn = false;
  let isLive = false;
  let cancelWatch = (): void => undefined;

  const seat = outbox.join(session, {
    items: adopt,
    turn(isOurs) {
      isOurTurn = isOurs;
      if (!isOurs) return;
      // Who was sending these has stopped.
      for (const parcel of [...parcels.values()])
        if (parcel.delivery.type === "sending") update(parcel, { type: "queued" });
      pump();
    },
    heard(commandId, news) {
      const parcel = parcels.get(commandId);
      if (parcel === undefined || parcel.item === inFlight || parcel.delivery.type === "failed") return;
      if (news.type === "accepted") taken(parcel, news);
      else update(parcel, news);
    },
  });

  function publish(): void {
    const before = new Map(pending.map((message) => [message.commandId, message]));
    pending = [...parcels.values()].map(({ item, delivery }) => {
      const known = before.get(item.commandId);
      if (known?.delivery === delivery) return known;
      return { commandId: item.commandId, text: item.text, createdAt: item.createdAt, delivery };
    });
    options.changed();
  }

  function enqueue(item: OutboxItem): Deferred {
    const settled = createDeferred();
    const delivery: State =
      item.failure === null ? { type: "queued" } : { type: "failed", error: failureError(item.failure) };
    if (delivery.type === "failed") settled.reject(delivery.error);
    parcels.set(item.commandId, { item, delivery, settled });
    return settled;
  }

  function update(parcel: Parcel, delivery: State): void {
    parcels.set(parcel.item.commandId, { ...parcel, delivery });
    publish();
  }

  /** The queue as somebody else left it. What was accepted has left it, and waits for the timeline only. */
  function adopt(items: readonly OutboxItem[]): void {
    const before = new Map(parcels);
    parcels.clear();
    for (const [id, parcel] of before) if (parcel.delivery.type === "accepted") parcels.set(id, parcel);
    for (const item of items) {
      const id = item.commandId;
      const known = before.get(id);
      if (parcels.has(id)) continue;
      if (known !== undefined && sameItem(known.item, item)) parcels.set(id, known);
      else if (options.hasArrived(id)) void seat.remove(id);
      else enqueue(item);
    }
    for (const [id, { item, settled }] of before) {
      const now = parcels.get(id);
      if (now?.item === item) continue;
      if (inFlight === item) inFlight = null;
      settled.reject(now?.delivery.type === "failed" ? now.delivery.error : takenBack());
    }
    if (before.size + parcels.size > 0) publish();
    pump();
  }

  function pump(): void {
    if (!isOurTurn || inFlight !== null || leaving.aborted) return;
    for (const parcel of [...parcels.values()]) {
      const { item, delivery } = parcel;
      if (delivery.type !== "queued") continue;
      // Which log this session has now is about to be known.
      if (item.epoch !== "" && cursor === undefined) return;
      if (!wasWrittenElsewhere(item)) {
        deliver(item);
        return;
      }
      fail(parcel, replacedSince());
    }
  }

  function wasWrittenElsewhere({ epoch }: OutboxItem): boolean {
    return epoch !== "" && cursor !== undefined && cursor.epoch !== epoch;
  }

  function deliver(item: OutboxItem): void {
    inFlight = item;
    const backend = {
      submit: (command: CommandSubmission, signal: AbortSignal) => attempt(item, command, signal),
    };
    const { commandId, payload } = item;
    const command = { session, name: CHAT_COMMANDS.start, commandId, payload };
    submitWithRetry({ ...options, backend, attempts: outbox.attempts }, command).then(
      (receipt) => accepted(item, receipt),
      (error: unknown) => refused(item, SessionStreamError.from(error)),
    );
  }

  async function attempt(item: OutboxItem, command: CommandSubmission, signal: AbortSignal): Promise<CommandReceipt> {
    if (wasWrittenElsewhere(item)) throw takenBack();
    show(item, { type: "sending" });
    if (!(await seat.claim(item.commandId))) throw takenBack();
    seat.tell(item.commandId, { type: "sending" });
    try {
      return await options.backend.submit(command, signal);
    } catch (error) {
      seat.tell(item.commandId, { type: "queued" });
      show(item, { type: "queued" });
      throw error;
    }
  }

  function show(item: OutboxItem, delivery: State): void {
    const parcel = parcels.get(item.commandId);
    if (parcel?.item === item && !leaving.aborted) update(parcel, delivery);
  }

  /** The parcel this answer is for, unless the timeline, the user or another tab was faster. */
  function answered(item: OutboxItem): Parcel | undefined {
    if (inFlight === item) inFlight = null;
    const parcel = parcels.get(item.commandId);
    return parcel?.item === item ? parcel : undefined;
  }

  function accepted(item: OutboxItem, { epoch, ordinal }: CommandReceipt): void {
    const parcel = answered(item);
    const news = { type: "accepted", epoch, ordinal } as const;
    seat.tell(item.commandId, news);
    void seat.remove(item.commandId);
    if (parcel !== undefined) taken(parcel, news);
    pump();
  }

  function taken(parcel: Parcel, news: Extract<DeliveryNews, { readonly type: "accepted" }>): void {
    parcel.settled.resolve();
    acceptedMessages.remember(parcel.item, news.epoch, news.ordinal);
    if (cursor !== undefined && covers(cursor, news.epoch, news.ordinal)) drop(parcel.item.commandId);
    else update(parcel, news);
    watchForReplacement();
  }

  /** The log that took a message may be gone before this client ever saw it; then no cursor will tell. */
  function watchForReplacement(): void {
    cancelWatch();
    if (!isLive || ![...parcels.values()].some(isInOtherLog)) return;
    cancelWatch = options.platform.setTimer(REPLACED_AFTER_MS, () => {
      for (const parcel of [...parcels.values()]) if (isInOtherLog(parcel)) fail(parcel, replacedSince());
    });
  }

  function isInOtherLog({ delivery }: Parcel): boolean {
    return delivery.type === "accepted" && delivery.epoch !== epoch();
  }

  function refused(item: OutboxItem, error: SessionStreamError): void {
    const parcel = answered(item);
    const isOurs = error.code === "aborted";
    // Left, or the client closed: the outbox keeps it unsent, and the next thread goes on.
    if (leaving.aborted && (error.retryable || isOurs)) parcel?.settled.reject(error);
    else if (parcel !== undefined) fail(parcel, isOurs && wasWrittenElsewhere(item) ? replacedSince() : error);
    pump();
  }

  function fail(parcel: Parcel, error: SessionStreamError): void {
    const { code, message, retryable } = error;
    const item = { ...parcel.item, failure: { code, message, retryable } };
    parcel.settled.reject(error);
    void seat.put(item);
    update({ ...parcel, item }, { type: "failed", error });
  }

  function drop(commandId: string): void {
    if (!parcels.delete(commandId)) return;
    void seat.remove(commandId);
    publish();
  }

  function submit(item: OutboxItem): Promise<void> {
    const { promise } = enqueue(item);
    void seat.put(item);
    publish();
    pump();
    return promise;
  }

  const epoch = (): string => cursor?.epoch ?? "";

  function retry(commandId: string): Promise<void> {
    const parcel = parcels.get(commandId);
    if (parcel === undefined) return Promise.resolve();
    if (parcel.delivery.type !== "failed") return parcel.settled.promise;
    return submit({ ...parcel.item, epoch: epoch(), failure: null });
  }

  leaving.addEventListener("abort", () => {
    seat.leave();
    cancelWatch();
    const left = new SessionStreamError("closed", "The thread was left; the message is sent when it is opened again");
    for (const { item, delivery, settled } of parcels.values())
      if (delivery.type === "queued" && item !== inFlight) settled.reject(left);
  });

  return {
    pending: () => pending,
    retry,
    send({ commandId, text, payload }) {
      if (parcels.has(commandId)) return retry(commandId);
      const createdAt = options.platform.now();
      return submit({ session, commandId, text, payload, createdAt, epoch: epoch(), failure: null });
    },
    discard(commandId) {
      const parcel = parcels.get(commandId);
      if (parcel?.delivery.type !== "failed" && parcel?.delivery.type !== "queued") return undefined;
      // Between two attempts; the next one will find nothing to claim.
      if (inFlight === parcel.item) inFlight = null;
      parcel.settled.reject(takenBack());
      drop(commandId);
      pump();
      return parcel.item.text;
    },
    arrived(commandId, inEpoch, ordinal) {
      const parcel = parcels.get(commandId);
      if (parcel === undefined) return;
      acceptedMessages.remember(parcel.item, inEpoch, ordinal);
      if (inFlight === parcel.item) inFlight = null;
      parcel.settled.resolve();
      drop(commandId);
      pump();
    },
    replaced(by) {
      const lost = acceptedMessages.takeLost(by);
      for (const item of lost) fail(parcels.get(item.commandId) ?? parcelOf(item), lostByServer());
      return lost.map(({ commandId }) => commandId);
    },
    reached(next) {
      const replaced = cursor !== undefined && cursor.epoch !== "" && cursor.epoch !== next.epoch;
      cursor = next;
      for (const parcel of [...parcels.values()]) {
        const { delivery } = parcel;
        if (delivery.type !== "accepted") continue;
        if (covers(next, delivery.epoch, delivery.ordinal)) drop(parcel.item.commandId);
        else if (replaced && delivery.epoch !== next.epoch) fail(parcel, replacedSince());
      }
      pump();
    },
    following(next) {
      if (next === isLive) return;
      isLive = next;
      watchForReplacement();
    },
  };
}

function parcelOf(item: OutboxItem): Parcel {
  return { item, delivery: { type: "queued" }, settled: createDeferred() };
}

function sameItem(a: OutboxItem, b: OutboxItem): boolean {
  return a === b || (a.epoch === b.epoch && a.failure?.code === b.failure?.code);
}

function covers(cursor: Cursor, epoch: string, ordinal: bigint): boolean {
  return cursor.epoch === epoch && cursor.ordinal >= ordinal;
}

function replacedSince(): SessionStreamError {
  const text =
    "The server replaced this conversation before the message arrived in it. Send it again if it still fits.";
  return new SessionStreamError("gone", text, { retryable: true });
}

function lostByServer(): SessionStreamError {
  const text = "The server had accepted this message and lost it when it was restored. Send it again if it still fits.";
  return new SessionStreamError("gone", text, { retryable: true });
}

function takenBack(): SessionStreamError {
  return new SessionStreamError("aborted", "The message was taken back before it was sent");
}

function failureError({ code, message, retryable }: OutboxFailure): SessionStreamError {
  return new SessionStreamError(isErrorCode(code) ? code : "internal", message, { retryable });
}
