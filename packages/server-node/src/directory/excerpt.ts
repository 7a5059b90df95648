/** Owns how a text is shortened to one line, and how two texts are compared in a search. */

export const TITLE_LENGTH = 120;
export const PREVIEW_LENGTH = 160;

/** Far more than an excerpt needs, far less than a message may have. */
const READ_AT_MOST = 4_096;

/** One line of at most `length` code points: no half of a pair, no control character, an ellipsis where it was cut. */
export function excerpt(text: string, length: number): string {
  const line = text
    .slice(0, READ_AT_MOST)
    .replace(/\p{Cs}/gu, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const points = [...line];
  return points.length <= length
    ? line
    : `${points
        .slice(0, length - 1)
        .join("")
        .trimEnd()}…`;
}

/** For a search: texts that differ in case or in compatible forms of letters become the same. */
export function folded(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}
