/** A user of one session for conformance cases: shows it, waits for what must come, compares what it sees. */
import { type Cursor, type JsonObject, type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type { ApplyResult, ChatBackend, CommandReceipt, TimelineUpdate } from "../../backend/chat-backend.ts";
import { defaultPlatform } from "../../platform/default-platform.ts";
import { CHAT_COMMANDS, CHAT_KINDS } from "../../thread/chat-payload.ts";
import { currentRun } from "../../thread/run-state.ts";
import type { HydrationStatus, RunState } from "../../thread/status.ts";
import type { TimelineEntity } from "../../timeline/entity.ts";
import { sameVersion } from "../../timeline/state.ts";
import { createTimelineStore } from "../../timeline/store.ts";

const PATIENCE_MS = 10_000;

export interface Follower {
  entities(): readonly TimelineEntity[];
  messages(role: string): readonly string[];
  run(): RunState;
  cursor(): Cursor;
  hydration(): HydrationStatus;
  /** How often the backend called. */
  calls(): number;
  /** Resolves when it holds. @throws when it does not within ten seconds. */
  until(what: string, condition: () => boolean): Promise<void>;
  /** Says `mismatch` to the next commit. */
  refuseNextCommit(): void;
  close(): void;
}

export function follow(backend: ChatBackend, session: SessionId): Follower {
  const platform = defaultPlatform();
  const timeline = createTimelineStore(platform);
  const waiting = new Set<() => void>();
  let hydration: HydrationStatus = { type: "idle" };
  let calls = 0;
  let refusing = false;

  function check(): void {
    for (const look of [...waiting]) look();
  }

  function apply(update: TimelineUpdate): ApplyResult {
    calls += 1;
    if (refusing && update.type === "commit") {
      refusing = false;
      return "mismatch";
    }
    return timeline.apply(update);
  }

  timeline.subscribe(check);
  const handle = backend.open(session, {
    apply,
    connection() {
      calls += 1;
    },
    hydration(status) {
      calls += 1;
      hydration = status;
      check();
    },
  });
  const entities = () => timeline.getOrder().flatMap((key) => timeline.getEntity(key) ?? []);

  return {
    entities,
    messages: (role) =>
      entities()
        .filter(({ kind, payload }) => kind === CHAT_KINDS.message && payload["role"] === role)
        .map(({ payload }) => String(payload["content"])),
    run: () => currentRun(timeline),
    cursor: () => timeline.getCursor(),
    hydration: () => hydration,
    calls: () => calls,
    until: (what, condition) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          waiting.delete(look);
          cancel();
          finish();
        };
        const look = (): void => {
          if (condition()) settle(resolve);
        };
        const late = () =>
          settle(() => reject(new SessionStreamError("timeout", `${what}: not within ${PATIENCE_MS} ms`)));
        const cancel = platform.setTimer(PATIENCE_MS, late);
        waiting.add(look);
        look();
      }),
    refuseNextCommit() {
      refusing = true;
    },
    close() {
      handle.close();
      timeline.close();
    },
  };
}

const NEVER = new AbortController().signal;

export function ask(
  backend: ChatBackend,
  session: SessionId,
  commandId: string,
  payload: JsonObject,
): Promise<CommandReceipt> {
  return backend.submit({ session, name: CHAT_COMMANDS.start, commandId, payload }, NEVER);
}

export function stop(backend: ChatBackend, session: SessionId, commandId: string): Promise<CommandReceipt> {
  return backend.submit({ session, name: CHAT_COMMANDS.stop, commandId, payload: { runId: "" } }, NEVER);
}

export function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It does not hold that ${what}`);
}

/** Equality as L4 means it: metadata and order included. */
export function insistSame(a: Follower, b: Follower, what: string): void {
  const [left, right] = [a.entities(), b.entities()];
  const same = left.length === right.length && left.every((entity, index) => sameAs(entity, right[index]));
  insist(same && a.cursor().ordinal === b.cursor().ordinal && a.cursor().epoch === b.cursor().epoch, what);
}

function sameAs(entity: TimelineEntity, other: TimelineEntity | undefined): boolean {
  return other !== undefined && entity.key === other.key && sameVersion(entity, other);
}

/** The code it is refused with. @throws when it is not. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof SessionStreamError) return error.code;
  throw new Error(
    error === undefined ? "It was not refused" : `It was refused with ${String(error)}, not a typed error`,
  );
}
