import { CLOSE_CODES, SessionStreamError } from "@sessionstream/protocol";
import type { Principal } from "../command/define-command.ts";
import type { SubscriberSink } from "../fan-out/subscriber.ts";
import type { Hub } from "../hub/hub.ts";

/**
 * Owns waiting for a session to come to rest: it follows the session as any subscriber does, and asks again at
 * whatever it is told. Reads no frame.
 */
export async function untilIdle(
  hub: Hub,
  principal: Principal,
  session: string,
  signal: AbortSignal | undefined,
  isIdle: () => Promise<boolean>,
): Promise<void> {
  const bell = createBell();
  const onAbort = () => bell.break(new SessionStreamError("aborted", "Waiting for the chat to be idle was given up"));
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const subscription = await hub.attach(principal, {
    session: { tenant: principal.tenant, session },
    mode: "timeline",
    audience: "public",
    cursor: null,
    window: 1,
    from: 0n,
    requestId: "",
    sinceSnapshotOrdinal: 0n,
    sink: bellSink(bell),
  });
  try {
    for (;;) {
      // Listened for before it is asked, so that nothing falls between.
      const next = bell.next();
      bell.check();
      if (await isIdle()) return;
      await next;
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    subscription.detach();
  }
}

interface Bell {
  ring(): void;
  /** Rings; from now on `check` throws. */
  break(error: SessionStreamError): void;
  /** Resolves at the next ring. Never rejects, so that nobody has to be there when it rings. */
  next(): Promise<void>;
  check(): void;
}

function createBell(): Bell {
  let broken: SessionStreamError | null = null;
  let ring = () => {};
  return {
    ring: () => ring(),
    break(error) {
      broken ??= error;
      ring();
    },
    next: () =>
      new Promise((resolve) => {
        ring = resolve;
      }),
    check() {
      if (broken !== null) throw broken;
    },
  };
}

function bellSink(bell: Bell): SubscriberSink {
  return {
    send: () => bell.ring(),
    queuedBytes: () => 0,
    maxQueuedBytes: Number.MAX_SAFE_INTEGER,
    onDrain: (callback) => callback(),
    ended: (error) => bell.break(error),
    close(code, reason) {
      const why = code === CLOSE_CODES.draining ? "draining" : "closed";
      bell.break(new SessionStreamError(why, `The hub let go of the session: ${reason}`));
    },
  };
}
