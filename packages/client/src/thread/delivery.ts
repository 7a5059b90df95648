/**
 * Owns the own messages on their way: one in flight, in the order they were typed, each in exactly one state. It shows
 * a message from the keystroke until the timeline has it; it never looks for it there itself.
 */

import { type Cursor, isErrorCode, type JsonObject, type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type { CommandReceipt } from "../backend/chat-backend.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { CHAT_COMMANDS } from "./chat-payload.ts";
import type { Outbox, OutboxItem } from "./outbox.ts";
import type { PendingMessage } from "./status.ts";
import { type Submitter, submitWithRetry } from "./submit-with-retry.ts";

export interface DeliveryOptions extends Submitter {
  readonly platform: Submitter["platform"] & Pick<ClientPlatform, "now">;
  readonly session: SessionId;
  readonly outbox: Outbox;
  /** After `pending` changed. */
  readonly changed: () => void;
}

interface OwnMessage {
  readonly commandId: string;
  readonly text: string;
  readonly payload: JsonObject;
}

export interface Delivery {
  /** Identity kept until it changes. */
  readonly pending: () => readonly PendingMessage[];
  /** Resolves when the server took it. The same id again joins, or retries what failed. */
  send(message: OwnMessage): Promise<void>;
  retry(commandId: string): Promise<void>;
  discard(commandId: string): string | undefined;
  /** Picks up what an earlier thread left in the outbox. `arrived`: the timeline has it already. */
  restore(arrived: (commandId: string) => boolean): Promise<void>;
  /** The timeline shows the message of this command. */
  arrived(commandId: string): void;
  /** The timeline reached this cursor. */
  reached(cursor: Cursor): void;
}

interface Parcel {
  readonly item: OutboxItem;
  readonly delivery: PendingMessage["delivery"];
  readonly settled: Deferred;
}

type State = PendingMessage["delivery"];

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: SessionStreamError) => void;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { session, outbox, leaving } = options;
  const parcels = new Map<string, Parcel>();
  let pending: readonly PendingMessage[] = [];
  let cursor: Cursor | undefined;
  let inFlight: string | null = null;

  function publish(): void {
    pending = [...parcels.values()].map(({ item, delivery }) => {
      const known = pending.find((message) => message.commandId === item.commandId);
      if (known?.delivery === delivery) return known;
      return { commandId: item.commandId, text: item.text, createdAt: item.createdAt, delivery };
    });
    options.changed();
  }

  function enqueue(item: OutboxItem, delivery: State): Parcel {
    const settled = createDeferred();
    // Nobody may be waiting; the failure is shown on the row either way.
    settled.promise.catch(() => undefined);
    const parcel = { item, delivery, settled };
    parcels.set(item.commandId, parcel);
    return parcel;
  }

  function update(parcel: Parcel, delivery: State): void {
    parcels.set(parcel.item.commandId, { ...parcel, delivery });
    publish();
  }

  function pump(): void {
    if (inFlight !== null || leaving.aborted) return;
    const next = [...parcels.values()].find(({ delivery }) => delivery.type === "queued");
    if (next === undefined) return;
    const { item } = next;
    inFlight = item.commandId;
    update(next, { type: "sending" });
    const command = { session, name: CHAT_COMMANDS.start, commandId: item.commandId, payload: item.payload };
    submitWithRetry(options, command).then(
      (receipt) => accepted(item, receipt),
      (error: unknown) => refused(item, SessionStreamError.from(error)),
    );
  }

  /** The parcel this answer is for, unless the timeline or the user was faster. */
  function answered(item: OutboxItem): Parcel | undefined {
    if (inFlight === item.commandId) inFlight = null;
    const parcel = parcels.get(item.commandId);
    return parcel?.item === item ? parcel : undefined;
  }

  function accepted(item: OutboxItem, { epoch, ordinal }: CommandReceipt): void {
    const parcel = answered(item);
    void forget(item.commandId);
    if (parcel !== undefined) {
      parcel.settled.resolve();
      if (cursor !== undefined && covers(cursor, epoch, ordinal)) take(item.commandId);
      else update(parcel, { type: "accepted", epoch, ordinal });
    }
    pump();
  }

  function refused(item: OutboxItem, error: SessionStreamError): void {
    const parcel = answered(item);
    if (parcel === undefined) {
      pump();
      return;
    }
    parcel.settled.reject(error);
    // The thread was left between two attempts: the outbox keeps it unsent, and the next thread goes on.
    if (leaving.aborted && error.retryable) return;
    fail(parcel, error);
    pump();
  }

  function fail(parcel: Parcel, error: SessionStreamError): void {
    const item = { ...parcel.item, failure: { code: error.code, message: error.message } };
    void remember(item);
    update({ ...parcel, item }, { type: "failed", error });
  }

  function take(commandId: string): void {
    const parcel = parcels.get(commandId);
    if (parcel === undefined) return;
    parcels.delete(commandId);
    parcel.settled.resolve();
    void forget(commandId);
    publish();
  }

  // An outbox that fails costs durability, never the message at hand.
  const remember = (item: OutboxItem): Promise<void> => outbox.put(item).catch(() => undefined);
  const forget = (commandId: string): Promise<void> => outbox.remove(session, commandId).catch(() => undefined);

  function submit(item: OutboxItem): Promise<void> {
    const { promise } = enqueue(item, { type: "queued" }).settled;
    void remember(item);
    publish();
    pump();
    return promise;
  }

  function retry(commandId: string): Promise<void> {
    const parcel = parcels.get(commandId);
    if (parcel === undefined) return Promise.resolve();
    if (parcel.delivery.type !== "failed") return parcel.settled.promise;
    return submit({ ...parcel.item, failure: null });
  }

  leaving.addEventListener("abort", () => {
    const left = new SessionStreamError("closed", "The thread was left; the message is sent when it is opened again");
    for (const { delivery, settled } of parcels.values()) if (delivery.type === "queued") settled.reject(left);
  });

  return {
    pending: () => pending,
    retry,
    send({ commandId, text, payload }) {
      if (parcels.has(commandId)) return retry(commandId);
      return submit({ session, commandId, text, payload, createdAt: options.platform.now(), failure: null });
    },
    discard(commandId) {
      const parcel = parcels.get(commandId);
      if (parcel?.delivery.type !== "failed") return undefined;
      take(commandId);
      return parcel.item.text;
    },
    async restore(arrived) {
      const items = await outbox.load(session).catch(() => []);
      if (leaving.aborted) return;
      for (const item of items) {
        if (parcels.has(item.commandId)) continue;
        if (arrived(item.commandId)) void forget(item.commandId);
        else
          enqueue(item, item.failure === null ? { type: "queued" } : { type: "failed", error: asError(item.failure) });
      }
      if (items.length > 0) publish();
      pump();
    },
    arrived(commandId) {
      if (inFlight === commandId) inFlight = null;
      take(commandId);
      pump();
    },
    reached(next) {
      const replaced = cursor !== undefined && cursor.epoch !== "" && cursor.epoch !== next.epoch;
      cursor = next;
      for (const parcel of [...parcels.values()]) {
        const { delivery } = parcel;
        if (delivery.type !== "accepted") continue;
        if (covers(next, delivery.epoch, delivery.ordinal)) take(parcel.item.commandId);
        else if (replaced && delivery.epoch !== next.epoch) fail(parcel, lostWithLog());
      }
    },
  };
}

function createDeferred(): Deferred {
  let resolve: Deferred["resolve"] = () => undefined;
  let reject: Deferred["reject"] = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function covers(cursor: Cursor, epoch: string, ordinal: bigint): boolean {
  return cursor.epoch === epoch && cursor.ordinal >= ordinal;
}

function lostWithLog(): SessionStreamError {
  const text = "The server replaced this conversation before the message arrived in it. Send it again.";
  return new SessionStreamError("gone", text, { retryable: true });
}

function asError({ code, message }: { readonly code: string; readonly message: string }): SessionStreamError {
  return new SessionStreamError(isErrorCode(code) ? code : "internal", message);
}
