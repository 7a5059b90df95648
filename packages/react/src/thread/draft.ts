/**
 * Owns the text being written in one thread. Lives beside the thread and not in the composer: a failed message is put
 * back here from its row, a suggestion comes from the empty state, and a closed panel keeps what was typed.
 */
export interface Draft {
  get(): string;
  set(text: string): void;
  /** Takes the text only if nothing is written, and asks for the caret. @returns whether it was taken. */
  offer(text: string): boolean;
  subscribe(listener: () => void): () => void;
  /** Registers how the input is focused; the latest one counts. */
  bindFocus(focus: () => void): () => void;
  focus(): void;
}

export function createDraft(initial = ""): Draft {
  let text = initial;
  let focusInput: (() => void) | undefined;
  const listeners = new Set<() => void>();

  const set = (next: string) => {
    if (next === text) return;
    text = next;
    for (const listener of [...listeners]) listener();
  };
  const focus = () => focusInput?.();

  return {
    get: () => text,
    set,
    focus,
    offer(offered) {
      const taken = text.trim() === "";
      if (taken) set(offered);
      focus();
      return taken;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    bindFocus(bound) {
      focusInput = bound;
      return () => {
        if (focusInput === bound) focusInput = undefined;
      };
    },
  };
}
