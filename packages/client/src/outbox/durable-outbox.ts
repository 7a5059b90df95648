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
    const leaving = new AbortController();
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
        takeOrLeavePlace();
        tellTurn();
      },
      hear(message) {
        // In its order: news of a message come after the message.
        inOrder = inOrder.then(async () => {
          if (message.type === "changed") await refresh();
          else if (!leaving.signal.aborted && !signedOut) member.heard(message.commandId, message.news);
        });
      },
    };
    let inOrder = Promise.resolve();
    let changes = 0;
    let cancelExpiry: (() => void) | null = null;
    let space: DeviceSpace | null = null;
    /** Of the place in the line for the session's lock, while there is one. */
    let leavePlace: (() => void) | null = null;
    let isStarted = false;
    let isLeader = false;
    let wasTold = false;

    /** What the device does not take, only this page knows: then it sends, whoever has the lock. */
    function tellTurn(): void {
      const isOurs = isLeader || durability === "memory";
      if (!isStarted || isOurs === wasTold) return;
      wasTold = isOurs;
      member.turn(isOurs);
    }

    function lead(isOurs: boolean): void {
      isLeader = isOurs;
      tellTurn();
    }

    async function load(): Promise<readonly OutboxItem[]> {
      const { items, expired, expiresAt } = await stored.load(session);
      if (expired) tell(changed, seat);
      cancelExpiry?.();
      cancelExpiry =
        expiresAt === null || leaving.signal.aborted
          ? null
          : platform.setTimer(Math.min(expiresAt - platform.now(), LONGEST_TIMER_MS), () => void refresh());
      return items;
    }

    /** Tells the member what is stored, unless it has changed that itself meanwhile: then what is stored after that. */
    async function refresh(): Promise<void> {
      const before = changes;
      const items = await load();
      if (leaving.signal.aborted || signedOut) return;
      if (changes === before) member.items(items);
      else await refresh();
    }

    async function start(): Promise<void> {
      const opening = open().catch(() => null);
      await refresh();
      space = await opening;
      if (leaving.signal.aborted) return;
      isStarted = true;
      tellTurn();
      // Without locks every page sends; a message's id keeps that from being seen.
      if (space === null) lead(true);
      else takeOrLeavePlace();
    }

    /** Who cannot see what the others put on the device must not have the lock: nobody would send that. */
    function takeOrLeavePlace(): void {
      if (space === null || !isStarted || leaving.signal.aborted) return;
      if (durability === "device") {
        if (leavePlace === null) standInLine(space);
      } else if (leavePlace !== null) {
        leavePlace();
        lead(false);
      }
    }

    function standInLine(space: DeviceSpace): void {
      const place = new AbortController();
      const leave = () => {
        place.abort();
        stopListening();
        leaving.signal.removeEventListener("abort", leave);
        leavePlace = null;
      };
      // A page that nobody looks at may be suspended at any time, with its lock: others first.
      const stopListening = platform.onLifecycle((event) => {
        if (event === "wake" || event === "offline") return;
        leave();
        lead(false);
        // Not even waiting for a lock may a page be that is kept for a return.
        if (event === "pagehide") standInLineOnReturn(space);
        else standInLine(space);
      });
      leaving.signal.addEventListener("abort", leave);
      leavePlace = leave;
      space.lock(session, place.signal, () => {
        if (!place.signal.aborted) lead(true);
      });
    }

    function standInLineOnReturn(space: DeviceSpace): void {
      const stopListening = platform.onLifecycle((event) => {
        if (event !== "wake") return;
        leave();
        standInLine(space);
      });
      const leave = () => {
        stopListening();
        leaving.signal.removeEventListener("abort", leave);
        leavePlace = null;
      };
      leaving.signal.addEventListener("abort", leave);
      leavePlace = leave;
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
        leaving.abort();
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
