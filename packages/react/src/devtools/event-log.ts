/**
 * Owns what happened lately, in bounded memory: events, and errors beside them until somebody dismissed them, so that a
 * flood of deltas does not wash them away. Knows no backend and no React.
 */
import { type ClientPlatform, type Diagnostic, defaultPlatform } from "@sessionstream/client";
import { SessionStreamError } from "@sessionstream/protocol";
import { describeDiagnostic, describeError } from "./describe-error.ts";
import type { DevtoolsEvent, EventDescription } from "./event.ts";
import { plain } from "./plain.ts";

export interface EventLogOptions {
  /** Events kept at most; the oldest go first. Default 1,000. */
  readonly capacity?: number;
  /** Keep payloads, prompts and the words of errors too. Default: false, and nothing of them is kept (K39). */
  readonly raw?: boolean;
  /** Default: the real clock. */
  readonly platform?: Pick<ClientPlatform, "now" | "setTimer">;
}

export interface NewEvent extends EventDescription {
  readonly session: string | null;
  /** Read only if the log keeps it. */
  readonly raw?: unknown;
}

export interface EventLog {
  readonly keepsRaw: boolean;
  /** Oldest first. The same array until something is recorded. */
  getEvents(): readonly DevtoolsEvent[];
  /** Those of the family `error` that nobody dismissed, oldest first. */
  getErrors(): readonly DevtoolsEvent[];
  record(event: NewEvent): void;
  /** An error of the app's own, with where it happened: `onRenderError`, say. */
  error(error: unknown, facts?: { readonly type?: string; readonly kind?: string; readonly id?: string }): void;
  /** Is `onDiagnostic` of a backend. */
  readonly diagnostic: (diagnostic: Diagnostic) => void;
  /** One error by its number, or all. It stays among the events. */
  dismiss(number?: number): void;
  clear(): void;
  /** Called soon after a change, once for many. */
  subscribe(listener: () => void): () => void;
}

const DEFAULT_CAPACITY = 1_000;
const MOST_ERRORS = 100;
/** So often a page full of events is drawn anew at most. */
const NOTIFY_MS = 100;

export function createEventLog(options: EventLogOptions = {}): EventLog {
  const { capacity = DEFAULT_CAPACITY, raw: keepsRaw = false, platform = defaultPlatform() } = options;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new SessionStreamError(
      "invalid_options",
      `An event log's capacity is a whole number above 0, not ${capacity}`,
    );
  }
  const listeners = new Set<() => void>();
  let events: readonly DevtoolsEvent[] = [];
  /** Not yet in `events`: an array is made when somebody looks, not for each event. */
  let fresh: DevtoolsEvent[] = [];
  let errors: readonly DevtoolsEvent[] = [];
  let count = 0;
  let notifying = false;

  function changed(): void {
    if (notifying || listeners.size === 0) return;
    notifying = true;
    platform.setTimer(NOTIFY_MS, () => {
      notifying = false;
      for (const listener of [...listeners]) listener();
    });
  }

  function record({ family, type, session, facts, raw }: NewEvent): void {
    count += 1;
    const kept = keepsRaw && raw !== undefined ? { raw: plain(raw) } : {};
    const event: DevtoolsEvent = { number: count, at: platform.now(), family, type, session, facts, ...kept };
    fresh.push(event);
    // Twice as many as are shown: cutting costs a whole array, so it is not done for each.
    if (fresh.length >= 2 * capacity) fresh = fresh.slice(-capacity);
    if (family === "error") errors = [...errors, event].slice(-MOST_ERRORS);
    changed();
  }

  return {
    keepsRaw,
    getEvents() {
      if (fresh.length > 0) {
        events = [...events, ...fresh].slice(-capacity);
        fresh = [];
      }
      return events;
    },
    getErrors: () => errors,
    record,
    error(error, { type = "app", ...facts } = {}) {
      record({ family: "error", type, session: null, facts: { ...facts, ...describeError(error) }, raw: error });
    },
    diagnostic(diagnostic) {
      const session = "sessionId" in diagnostic ? diagnostic.sessionId : null;
      record({ ...describeDiagnostic(diagnostic), session, raw: diagnostic });
    },
    dismiss(number) {
      errors = number === undefined ? [] : errors.filter((error) => error.number !== number);
      changed();
    },
    clear() {
      events = [];
      fresh = [];
      errors = [];
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
