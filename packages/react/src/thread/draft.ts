/**
 * Owns the text being written in one thread. Lives beside the thread and not in the composer: a failed message is put
 * back here from its row, a suggestion comes from the empty state, and a closed panel keeps what was typed.
 */
import { createValue, type Value } from "./value.ts";

export interface Draft extends Value<string> {
  /** Takes the text only if nothing is written, and asks for the caret. @returns whether it was taken. */
  offer(text: string): boolean;
  /** Registers how the input is focused; the latest one counts. */
  bindFocus(focus: () => void): () => void;
  focus(): void;
}

export function createDraft(initial = ""): Draft {
  const text = createValue(initial);
  let focusInput: (() => void) | undefined;
  const focus = () => focusInput?.();

  return {
    ...text,
    focus,
    offer(offered) {
      const taken = text.get().trim() === "";
      if (taken) text.set(offered);
      focus();
      return taken;
    },
    bindFocus(bound) {
      focusInput = bound;
      return () => {
        if (focusInput === bound) focusInput = undefined;
      };
    },
  };
}
