/** Owns one value that lives outside of React, in the shape `useSyncExternalStore` wants. */
export interface Value<Held> {
  readonly get: () => Held;
  readonly set: (next: Held) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createValue<Held>(initial: Held): Value<Held> {
  const listeners = new Set<() => void>();
  let held = initial;
  return {
    get: () => held,
    set(next) {
      if (next === held) return;
      held = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
