/**
 * Owns whether the floating chat is open: as its reader left it in this tab, else as the app says. So a page that is
 * loaded again in the middle of an answer goes on showing it. A browser that keeps nothing forgets this, and no more.
 */
import { useEffect, useState, useSyncExternalStore } from "react";

export interface Opening {
  readonly open: boolean;
  /** As it was left before this page: nobody asked for it just now. */
  readonly restored: boolean;
  readonly setOpen: (open: boolean) => void;
}

export interface OpeningOptions {
  readonly sessionId: string;
  readonly defaultOpen: boolean;
  readonly remember: boolean;
}

export function useOpening({ sessionId, defaultOpen, remember }: OpeningOptions): Opening {
  const [first] = useState(sessionId);
  const [chosen, setChosen] = useState<boolean | null>(null);
  // Not on a server, nor while its page is taken over: both have to show the same.
  const left = useSyncExternalStore(
    neverTells,
    () => (remember ? recall(first) : null),
    () => null,
  );
  const asLeft = chosen ?? left;
  // The dialog may show another conversation by now, which the app has begun in its place.
  useEffect(() => {
    if (remember && asLeft !== null) keep(sessionId, asLeft);
  }, [remember, sessionId, asLeft]);
  return {
    open: asLeft ?? defaultOpen,
    restored: chosen === null && left !== null,
    setOpen: setChosen,
  };
}

/** Nobody else writes there while the page lives. */
const neverTells = () => () => {};

const keyOf = (sessionId: string) => `sessionstream.open.${sessionId}`;

function recall(sessionId: string): boolean | null {
  try {
    const kept = sessionStorage.getItem(keyOf(sessionId));
    return kept === null ? null : kept === "true";
  } catch {
    // Reading the property alone throws where a page may store nothing.
    return null;
  }
}

function keep(sessionId: string, open: boolean): void {
  try {
    sessionStorage.setItem(keyOf(sessionId), String(open));
  } catch {
    // As above, or there is no space: then a reload shows what the app says.
  }
}
