/**
 * Owns when a reader is told about the connection. A first connect is the loading state's business, and a cut that heals
 * at the first try is nobody's.
 */
import type { ConnectionStatus } from "@sessionstream/client";
import type { SessionStreamError } from "@sessionstream/protocol";
import { useEffect, useState } from "react";
import { onStatus } from "./topic.ts";
import { useSessionStream } from "./use-session-stream.ts";

export type ConnectionBannerState =
  | { readonly type: "hidden" }
  | { readonly type: "offline" }
  /** `seconds` until the next try; `null` while one is under way. */
  | { readonly type: "reconnecting"; readonly seconds: number | null }
  | { readonly type: "failed"; readonly error: SessionStreamError };

const QUIET_ATTEMPTS = 1;

export function bannerFor(connection: ConnectionStatus, now: number): ConnectionBannerState {
  switch (connection.type) {
    case "idle":
    case "open":
    case "closed":
      return { type: "hidden" };
    case "failed":
      return { type: "failed", error: connection.error };
    case "connecting":
      return connection.attempt > QUIET_ATTEMPTS ? { type: "reconnecting", seconds: null } : { type: "hidden" };
    case "waiting": {
      if (connection.reason === "offline") return { type: "offline" };
      if (connection.attempt <= QUIET_ATTEMPTS) return { type: "hidden" };
      return { type: "reconnecting", seconds: Math.max(1, Math.ceil((connection.retryAt - now) / 1000)) };
    }
  }
}

export function useConnectionBanner(): ConnectionBannerState {
  const connection = useSessionStream((thread) => thread.getStatus().connection, { topic: onStatus });
  const now = useNow(connection.type === "waiting");
  return bannerFor(connection, now);
}

/** The wall clock, to the second, while `ticking`. */
function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
