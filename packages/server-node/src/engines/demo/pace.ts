/**
 * Owns how text is cut and timed as if it were typed: by words, at a pace that varies a little. Pure: the same seed
 * gives the same cuts and pauses.
 */
export interface Pace {
  /** Pause before the next word. */
  wordMs(): number;
}

export function createPace(seed: string, slowness: number): Pace {
  let state = hash(seed);
  return {
    wordMs() {
      // mulberry32: small, and enough to look alive.
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      const unit = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
      return Math.round((15 + unit * 40) * slowness);
    },
  };
}

/** Words with the white space before them: joined again they are the text. */
export function words(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
}
