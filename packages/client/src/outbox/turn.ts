/**
 * Owns whether this page sends a session's messages (pure): the page that has the session's lock does. Who does not see
 * what the others put on the device must not have it, as nobody would send that; it sends what it alone knows.
 */
import type { ClientPlatform } from "../platform/client-platform.ts";

export type Turn =
  /** What is stored is not known yet: nothing is sent. */
  | "starting"
  /** There are no locks: every page sends; a message's id keeps that from being seen. */
  | "alone"
  /** The device is not seen. */
  | "outside"
  /** In line for the lock. */
  | "waiting"
  /** Has the lock. */
  | "leading"
  /** The page is left and kept for a return: not even waiting for a lock may it be. */
  | "away"
  | "left";

export type TurnEvent =
  | Parameters<Parameters<ClientPlatform["onLifecycle"]>[0]>[0]
  | "held"
  /** Whether everything is on the device. */
  | "saved"
  | "unsaved";

/** What is not here changes nothing. Each `waiting` is a new place, at the end of the line. */
const TURNS: Readonly<Record<Turn, Readonly<Partial<Record<TurnEvent, Turn>>>>> = {
  starting: {},
  alone: {},
  outside: { saved: "waiting" },
  // A page that nobody looks at may be suspended at any time, with its lock: others first.
  waiting: { held: "leading", unsaved: "outside", hidden: "waiting", freeze: "waiting", pagehide: "away" },
  leading: { unsaved: "outside", hidden: "waiting", freeze: "waiting", pagehide: "away" },
  away: { unsaved: "outside", wake: "waiting" },
  left: {},
};

/** `undefined`: nothing changes. */
export function turnAfter(turn: Turn, event: TurnEvent): Turn | undefined {
  return TURNS[turn][event];
}

export function sends(turn: Turn): boolean {
  return turn === "leading" || turn === "alone" || turn === "outside";
}
