/**
 * Owns the outbox that outlives its page: one principal's messages on this device, seen by all its pages, sent by one
 * page per session. Sends nothing itself. Where the device keeps nothing it works in memory and says so.
 */
import { type SessionId, SessionStreamError } from "@sessionstream/protocol";
import { browserDevice } from "../platform/browser-device.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { defaultPlatform } from "../platform/default-platform.ts";
import { createListeners } from "../timeline/listeners.ts";
import type { DeviceSpace, OutboxDevice } from "./device.ts";
import type { Outbox, OutboxItem, OutboxMember, OutboxSeat } from "./outbox.ts";
import { type OutboxMessage, readOutboxMessage, type SessionMessage } from "./outbox-message.ts";
import { createStoredItems, type OutboxLimits } from "./stored-items.ts";
import { createSturdyStore } from "./sturdy-store.ts";
import { sends, type Turn, type TurnEvent, turnAfter } from "./turn.ts";
import { within } from "./within.ts";

export interface DurableOutboxOptions {
  /** Who is signed in: a user's id. Nobody else's messages are seen or sent. */
  readonly principal: string;
  /** Default: 100 messages, 1 MiB, 24 hours. What is over is failed, visibly. */
  readonly limits?: Partial<OutboxLimits>;
  /** Default: this browser's storage, locks and channels, where it has them. */
  readonly device?: OutboxDevice;
  readonly platform?: Pick<ClientPlatform, "now" | "setTimer" | "onLifecycle">;
}

export interface DurableOutbox extends Outbox {
  /** After `durability` changed. */
  subscribe(listener: () => void): () => void;
  /**
   * Forgets the principal's messages, here and in all pages; nothing more is sent from this outbox.
   *
   * @throws SessionStreamError `storage_unavailable` when the device may still keep them; calling again tries again.
   */
  signOut(): Promise<void>;
}

/** Other versions of the records have another name, so that none reads what it does not understand (F-P9). */
const VERSION = "sessionstream.outbox.v1";
const LIMITS: OutboxLimits = { items: 100, bytes: 1024 * 1024, ageMs: 24 * 60 * 60 * 1_000 };
/** A timer of the browser counts 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const SIGNED_OUT = { code: "closed", message: "You have signed out; the message is not sent", retryable: false };

interface Seated {
  readonly session: SessionId;
  hear(message: SessionMessage): void;
  forget(): void;
  durabilityChanged(): void;
}

/** Touches nothing before a thread joins. */
export function durableOutbox(options: DurableOutboxOptions): DurableOutbox {
  const { principal, device = browserDevice(), platform = defaultPlatform() } = options;
  const limits = { ...LIMITS, ...options.limits };
  const seats = new Set<Seated>();
  const listeners = createListeners<[]>(platform);
  let durability: Outbox["durability"] = device === null ? "memory" : "device";
  let opened: Promise<DeviceSpace> | null = null;
  let post: ((message: OutboxMessage) => void) | null = null;
  let signedOut = false;

  const store = createSturdyStore({ device: async () => (await open()).store, platform, saved: showDurability });
  const stored = createStoredItems(store, limits, () => platform.now());

  function open(): Promise<DeviceSpace> {
    // What hangs may still come, and is not opened twice; what failed may work the next time.
    opened ??= openSpace().catch((error) => {
      opened = null;
      throw error;
    });
    return within(platform, opened);
  }

  async function openSpace(): Promise<DeviceSpace> {
    if (device === null) throw new SessionStreamError("storage_unavailable", "Nothing is kept on this device");
    const space = await device.open(VERSION, principal);
    post = space.meet((message) => {
      const read = readOutboxMessage(message);
      if (read !== null) hear(read);
    });
    return space;
  }

  function showDurability(isSaved: boolean): void {
    const now = isSaved ? "device" : "memory";
    if (now === durability) return;
    durability = now;
    for (const seat of seats) seat.durabilityChanged();
    listeners.call();
  }

  function hear(message: OutboxMessage): void {
    if (message.type === "signed-out") {
      void forget();
      return;
    }
    passOn(message, null);
  }

  function passOn(message: SessionMessage, from: Seated | null): void {
    for (const seat of seats) if (seat !== from && seat.session === message.session) seat.hear(message);
  }

  /** To the other pages, and to other threads of this one. */
  function tell(message: SessionMessage, from: Seated): void {
    post?.(message);
    passOn(message, from);
  }

  /** `false`: the device may keep what it has. */
  function forget(): Promise<boolean> {
    signedOut = true;
    for (const seat of seats) seat.forget();
    return stored.clear();
  }

  function join(session: SessionId, member: OutboxMember): OutboxSeat {
    const changed: SessionMessage = { type: "changed", session };
    /** What was put after the sign-out. */
    const tooLate = new Map<string, OutboxItem>();
    const seat: Seated = {
      session,
      forget() {
        tooLate.clear();
        member.items([]);
      },
      durabilityChanged() {
        // What this page kept is on the device now, for whoever has the turn.
        if (durability === "device") tell(changed, seat);
        happen(durability === "device" ? "saved" : "unsaved");
      },
      hear(message) {
        // In its order: news of a message come after the message.
        inOrder = inOrder.then(async () => {
          if (message.type === "changed") await refresh();
          else if (turn !== "left" && !signedOut) member.heard(message.commandId, message.news);
        });
      },
    };
    let inOrder = Promise.resolve();
    let changes = 0;
    let cancelExpiry: (() => void) | null = null;
    let turn: Turn = "starting";
    let space: DeviceSpace | null = null;
    /** In the line for the session's lock. */
    let place = new AbortController();

    function happen(event: TurnEvent): void {
      const next = turnAfter(turn, event);
      if (next !== undefined) become(next);
    }

    function become(next: Turn): void {
      const before = turn;
      turn = next;
      if (next !== "leading") place.abort();
      if (sends(next) !== sends(before)) member.turn(sends(next));
      if (next === "waiting") standInLine();
    }

    function standInLine(): void {
      place = new AbortController();
      const { signal } = place;
      space?.lock(session, signal, () => {
        if (!signal.aborted) happen("held");
      });
    }

    async function load(): Promise<readonly OutboxItem[]> {
      const { items, expired, expiresAt } = await stored.load(session);
      if (expired) tell(changed, seat);
      cancelExpiry?.();
      cancelExpiry =
        expiresAt === null || turn === "left"
          ? null
          : platform.setTimer(Math.min(expiresAt - platform.now(), LONGEST_TIMER_MS), () => void refresh());
      return items;
    }

    /** Tells the member what is stored, unless it has changed that itself meanwhile: then what is stored after that. */
    async function refresh(): Promise<void> {
      const before = changes;
      const items = await load();
      if (turn === "left" || signedOut) return;
      if (changes === before) member.items(items);
      else await refresh();
    }

    async function start(): Promise<void> {
      const opening = open().catch(() => null);
      await refresh();
      space = await opening;
      if (turn === "left") return;
      become(space === null ? "alone" : durability === "device" ? "waiting" : "outside");
    }

    async function put(item: OutboxItem): Promise<void> {
      changes += 1;
      if (signedOut) {
        tooLate.set(item.commandId, { ...item, failure: SIGNED_OUT });
        member.items([...tooLate.values()]);
        return;
      }
      const refused = await stored.put(item);
      if (refused) await refresh();
      else tell(changed, seat);
    }

    const stopListening = platform.onLifecycle(happen);
    seats.add(seat);
    void start();
    return {
      put,
      async claim(commandId) {
        const isToBeSent = (await load()).some((item) => item.commandId === commandId && item.failure === null);
        if (!isToBeSent) await refresh();
        return isToBeSent && !signedOut;
      },
      async remove(commandId) {
        changes += 1;
        if (tooLate.delete(commandId)) return;
        await stored.remove(session, commandId);
        tell(changed, seat);
      },
      tell: (commandId, news) => tell({ type: "news", session, commandId, news }, seat),
      leave() {
        turn = "left";
        place.abort();
        stopListening();
        cancelExpiry?.();
        seats.delete(seat);
      },
    };
  }

  return {
    get durability() {
      return durability;
    },
    attempts: Number.POSITIVE_INFINITY,
    join,
    subscribe: (listener) => listeners.add(listener),
    async signOut() {
      await open().catch(() => undefined);
      post?.({ type: "signed-out" });
      const isCleared = await forget();
      if (isCleared || device === null) return;
      throw new SessionStreamError(
        "storage_unavailable",
        "Unsent messages may still be on this device: its storage did not answer. Sign out once more.",
      );
    },
  };
}
