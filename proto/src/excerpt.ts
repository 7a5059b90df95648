/** Owns how what was said is shortened to one line: the same wherever it is listed. */
import { plainText } from "./plain-text.ts";

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

/** Of a message, without the signs of Markdown; where it has no text, the names of its files. */
export function messageExcerpt(content: string, filenames: readonly string[], length: number): string {
  return content.trim() === ""
    ? excerpt(filenames.join(", "), length)
    : excerpt(plainText(content.slice(0, READ_AT_MOST)), length);
}
