/** Owns what the devtools remember of one thing that happened: ids, ordinals, sizes and codes, never a payload (K39). */
export const EVENT_FAMILIES = [
  "connection",
  "state",
  "commit",
  "delta",
  "ephemeral",
  "command",
  "diagnostic",
  "error",
] as const;

/**
 * `state`: whole states, pages, what was let go. `delta`: commits that only let text grow, whatever grows: answers, thoughts,
 * inputs of tools; `commit`: all others.
 */
export type EventFamily = (typeof EVENT_FAMILIES)[number];

export interface DevtoolsEvent {
  /** 1, 2, 3 … for the life of the log. */
  readonly number: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly family: EventFamily;
  readonly type: string;
  /** `null`: of the connection, or of none in particular. */
  readonly session: string | null;
  /** Without payloads and without a user's words. Plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What it was, payloads included; only in a log made with `raw: true`. Plain JSON. */
  readonly raw?: unknown;
}

export type EventDescription = Pick<DevtoolsEvent, "family" | "type" | "facts">;
