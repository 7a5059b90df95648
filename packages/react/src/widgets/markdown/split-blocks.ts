/**
 * Owns cutting markdown into top-level blocks, so that while text streams only the last block is parsed again. A cut is
 * made only where no further text can undo it: text that is appended changes the last block and no other.
 * Does not parse: a block boundary is a blank line outside of fences and lists.
 */
import { closesFence, openedFence } from "./fence.ts";

const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
/** May still become a list item or an indented line while it is being written. */
const UNDECIDED = /^\s*(?:[-*+]|\d{1,9}[.)]?)?$/;
/** Definitions are seen by the whole document: `[label]: target` and footnotes. */
const DEFINITION = /^ {0,3}\[[^\]]+\]:/m;

export function splitBlocks(markdown: string): readonly string[] {
  if (DEFINITION.test(markdown)) return [markdown];
  const blocks: string[] = [];
  let start = 0;
  let position = 0;
  let fence: string | null = null;
  let inList = false;
  let afterBlank = false;

  while (position < markdown.length) {
    const newline = markdown.indexOf("\n", position);
    const end = newline === -1 ? markdown.length : newline + 1;
    const line = markdown.slice(position, newline === -1 ? end : newline);
    const blank = line.trim() === "";

    if (fence === null && !blank && afterBlank && cutsBefore(line, inList, newline === -1)) {
      blocks.push(markdown.slice(start, position));
      start = position;
      inList = false;
    }
    if (fence === null) {
      fence = openedFence(line);
      inList ||= LIST_ITEM.test(line);
      afterBlank = blank;
    } else if (closesFence(line, fence)) {
      fence = null;
    }
    position = end;
  }
  if (start < markdown.length) blocks.push(markdown.slice(start));
  return blocks;
}

function cutsBefore(line: string, inList: boolean, unfinished: boolean): boolean {
  if (unfinished && UNDECIDED.test(line)) return false;
  // An indented line continues a list item or an indented code block.
  if (/^\s/.test(line)) return false;
  return !(inList && LIST_ITEM.test(line));
}
