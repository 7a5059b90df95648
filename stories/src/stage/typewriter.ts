/** Owns answers that come word by word, as a model's do. */
import type { LocalRespond } from "@sessionstream/client";

const WORD_MS = 35;

/** Answers every prompt with this text. */
export function typewriter(text: string, wordMs = WORD_MS): LocalRespond {
  return async function* type({ signal }) {
    for (const word of text.split(/(?<=\s)/)) {
      if (signal.aborted) return;
      yield word;
      await new Promise((resolve) => setTimeout(resolve, wordMs));
    }
  };
}

/** Begins to answer, and goes on until it is stopped. */
export const endless: LocalRespond = async function* begin({ signal }) {
  yield "Let me go through your orders one by one. ";
  for (let order = 4021; !signal.aborted; order += 1) {
    yield `Order ${order} is on its way. `;
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
};
