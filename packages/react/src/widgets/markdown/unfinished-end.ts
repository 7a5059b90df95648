/**
 * Owns which end of a growing block is not shown yet, because what comes next decides what it is: the header of a table,
 * which reads as a line of pipes until the row below it is written; the first `-` below a text, which makes a heading of
 * it until it is a list. What was shown stays shown, and little is held: two lines at most.
 * Does not parse. Where it is wrong, a line comes late.
 */
import { closesFence, openedFence } from "./fence.ts";

/** Where a line stands. */
type Place =
  | { readonly type: "apart" }
  | { readonly type: "text" }
  /** Of a table, perhaps; `at` is its first pipe. */
  | { readonly type: "header"; readonly at: number }
  | { readonly type: "table" }
  | { readonly type: "fence"; readonly marks: string };

/** A pipe, and before it quotes, items and indentation alone. */
const HEADER = /^(?:[\s>]|(?:[-*+]|\d{1,9}[.)])\s)*\|/;
/** The row below a header, or the beginning of one. */
const DELIMITER = /^[\s>|:-]*$/;
/** What may become a line under a heading, a row under a header, a list. */
const UNDECIDED = /^[\s>]*[-=:][-=:|\s]*$/;

export function withoutUnfinishedEnd(block: string): string {
  let place: Place = { type: "apart" };
  let start = 0;
  for (let end = block.indexOf("\n"); end !== -1; end = block.indexOf("\n", start)) {
    place = after(place, block.slice(start, end), start);
    start = end + 1;
  }
  return block.slice(0, heldFrom(place, block.slice(start), start));
}

function after(place: Place, line: string, start: number): Place {
  if (place.type === "fence") return closesFence(line, place.marks) ? { type: "apart" } : place;
  if (line.trim() === "") return { type: "apart" };
  const marks = openedFence(line);
  if (marks !== null) return { type: "fence", marks };
  if (place.type === "table" || (place.type === "header" && DELIMITER.test(line))) return { type: "table" };
  const [beforePipe] = HEADER.exec(line) ?? [];
  return beforePipe === undefined ? { type: "text" } : { type: "header", at: start + beforePipe.length - 1 };
}

/** `line` is the last one, and may go on. */
function heldFrom(place: Place, line: string, start: number): number {
  const end = start + line.length;
  if (place.type === "fence" || place.type === "table") return end;
  if (place.type === "header" && DELIMITER.test(line)) return place.at;
  const [beforePipe] = HEADER.exec(line) ?? [];
  if (beforePipe !== undefined) return start + beforePipe.length - 1;
  return place.type === "text" && UNDECIDED.test(line) ? start + line.search(/[-=:]/) : end;
}
