/**
 * Owns when a block is shown as plain text because reading it would freeze the page (X26). Parsers of markdown are
 * quadratic in many ways and cannot be interrupted, so the work is estimated before, in steps: about one per node that
 * ordinary text of that length becomes. No clock: the same text looks the same on every device.
 */
const LONGEST_BLOCK = 262_144;
const MOST_STEPS = 20_000;
export const MOST_NODES = 20_000;
export const DEEPEST = 100;

/** Dozens of nested quotes, lists or brackets: nobody reads them, and a parser recurses into each. */
const DEEP = /(?:>[ \t]?){24}|(?:(?:[-*+]|\d{1,9}[.)])[ \t]+){24}|\[{32}|(?:!\[|\]\(){32}|[*_]{64}|<{64}|&{256}/;
/** Each opens, closes or separates something. */
const MARK = /[*_~`[\]!<>&\\@]/g;
const PIPE = /\|/g;
/** In a long word: its end is looked for from every one of its characters. */
const ADDRESS = /www\.|:\/\/|@/i;
const LONG_WORD = 256;
/** Begins a paragraph of its own, whatever stood before. */
const BULLET = /^ {0,3}(?:[-*+]|1[.)])[ \t]+\S/;
const FENCED = /^ {0,3}(`{3,}|~{3,})/;

export function isTooCostly(block: string): boolean {
  return block.length > LONGEST_BLOCK || stepsFor(block) > MOST_STEPS || DEEP.test(block);
}

/** Marks are compared with the marks of their paragraph, lines with the lines of theirs: hence the squares. */
export function stepsFor(block: string): number {
  // Code is read line by line, and nothing in it is looked for.
  if (isOneFence(block)) return block.length / 64;
  let steps = block.length / 64;
  for (const word of block.split(/\s+/)) {
    if (word.length > LONG_WORD && ADDRESS.test(word)) steps += word.length ** 2 / 400;
  }
  let lines = 0;
  let marks = 0;
  for (const line of block.split(/\r\n|\n|\r/)) {
    const inLine = count(line, MARK);
    steps += 1 + 2 * inLine + 2 * count(line, PIPE) + indent(line) / 2;
    const blank = line.trim() === "";
    if (blank || BULLET.test(line)) {
      steps += marks ** 2 / 200;
      marks = 0;
    }
    if (blank) steps += lines ** 2 / 100;
    lines = blank ? 0 : lines + 1;
    marks += inLine;
  }
  return steps + lines ** 2 / 100 + marks ** 2 / 200;
}

/** From its first line to its last, or not closed yet: anything else might only look like code. */
function isOneFence(block: string): boolean {
  const marks = FENCED.exec(block)?.[1];
  if (marks === undefined) return false;
  const close = block.indexOf(`\n${marks}`);
  return close === -1 || block.slice(close + 1).trim() === marks;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Every two columns may be another level of a list. */
function indent(line: string): number {
  return line.length - line.trimStart().length;
}
