/** Owns making new hostile documents of known ones: what a search tries that nobody wrote down. Pure but for its dice. */
type Dice = (below: number) => number;

/** Repeatable; a linear congruence is dice enough for text. */
export function seededDice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SPLINTERS = [
  ..."<>\"'`&;:/\\()[]{}!*_~|#=-\n\t \u0000\u200b\u202e\ufdd0",
  "javascript:",
  "data:image/svg+xml,",
  "](",
  "![",
  "]: ",
  "\n\n",
  "\n> ",
  "\n- ",
  "```",
  "<!--",
  "<svg ",
  " onerror=canary() ",
  "&colon;",
  "&#x3a;",
  "&lt;",
  "//evil.example",
  "www.",
  "\\",
  "[^1]",
  "\n[^1]: ",
  "| ",
  "\n|-|-|\n",
];

/** One to four changes: cut, doubled, swapped, spliced with another, or with a splinter driven in. */
export function mutate(text: string, others: readonly string[], dice: Dice): string {
  let mutated = text;
  for (let change = dice(4); change >= 0; change -= 1) {
    const at = dice(mutated.length + 1);
    const end = Math.min(mutated.length, at + 1 + dice(12));
    const [before, middle, after] = [mutated.slice(0, at), mutated.slice(at, end), mutated.slice(end)];
    const other = others[dice(others.length)] ?? "";
    const changes = [
      before + after,
      before + middle + middle + after,
      before + (SPLINTERS[dice(SPLINTERS.length)] ?? "") + middle + after,
      before + other.slice(dice(other.length + 1)) + after,
      before + other + middle + after,
      after + before,
      before + middle.toUpperCase() + after,
    ];
    mutated = changes[dice(changes.length)] ?? mutated;
  }
  return mutated;
}
