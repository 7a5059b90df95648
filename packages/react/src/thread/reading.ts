/**
 * Owns whether the reader is where new messages appear. The transcript says so; whoever marks what was read asks. Does
 * not know whether the page itself is seen.
 */
export interface Reading {
  readonly get: () => boolean;
  readonly set: (isAtEnd: boolean) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createReading(): Reading {
  const listeners = new Set<() => void>();
  let atEnd = false;
  return {
    get: () => atEnd,
    set(isAtEnd) {
      if (atEnd === isAtEnd) return;
      atEnd = isAtEnd;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
