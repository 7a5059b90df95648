/** Owns when a block is shown as plain text: what would cost a parser more time or stack than it is worth (X26). */
const LONGEST_BLOCK = 65_536;
/** Dozens of nested quotes, lists or brackets: nobody reads them, and parsers are quadratic in them. */
const DEEP = /(?:>[ \t]?){24}|(?:(?:[-*+]|\d{1,9}[.)])[ \t]+){24}|\[{32}|(?:!\[|\]\(){32}|[*_]{64}|<{64}|&{256}/;

export function isTooCostly(block: string): boolean {
  return block.length > LONGEST_BLOCK || DEEP.test(block);
}
