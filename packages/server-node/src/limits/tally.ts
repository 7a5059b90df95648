/** Counts what each key holds at a time, up to a bound. Keys that hold nothing are not kept. */
export interface Tally {
  /** `false`: the key holds as much as it may; nothing was counted. */
  enter(key: string): boolean;
  /** Once for each `enter` that was `true`. */
  leave(key: string): void;
  readonly size: number;
}

export function createTally(bound: number): Tally {
  const held = new Map<string, number>();
  return {
    enter(key) {
      const count = held.get(key) ?? 0;
      if (count >= bound) return false;
      held.set(key, count + 1);
      return true;
    },
    leave(key) {
      const count = (held.get(key) ?? 0) - 1;
      if (count > 0) held.set(key, count);
      else held.delete(key);
    },
    get size() {
      return held.size;
    },
  };
}
