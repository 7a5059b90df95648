/** Owns reading an analysis as a model writes it: whatever stands for a bullet becomes markdown's. Code stays as it is. */

const FENCED_CODE = /(```[\s\S]*?(?:```|$))/;

/** Bullets that mean nothing else, wherever they stand. */
const BULLET = "•‣◦▪●";

/** Within a line: `because • short • clear`. */
const INLINE = new RegExp(`(\\S)[^\\S\\n]+[${BULLET}][^\\S\\n]*(?=\\S)`, "g");
/** At its beginning, where dashes, dots and stars are bullets too if a space follows. */
const LEADING = new RegExp(`^([^\\S\\n]*)(?:[${BULLET}][^\\S\\n]*|[·–—*][^\\S\\n]+)(?=\\S)`, "gm");
/** Still without its text, it would make a heading of the line above. */
const EMPTY = new RegExp(`^[^\\S\\n]*[${BULLET}·–—*-][^\\S\\n]*$\\n?`, "gm");

export function normaliseBullets(analysis: string): string {
  return dedent(analysis.replace(/\r\n?/g, "\n"))
    .split(FENCED_CODE)
    .map((piece, index) => (index % 2 === 1 ? piece : asMarkdown(piece)))
    .join("")
    .trim();
}

function asMarkdown(text: string): string {
  return text.replace(INLINE, "$1\n- ").replace(LEADING, "$1- ").replace(EMPTY, "");
}

/** Four spaces before every line, as in a YAML block, would be code. */
function dedent(text: string): string {
  const depths = text.match(/^[ \t]*(?=\S)/gm)?.map(({ length }) => length) ?? [];
  const depth = Math.min(...depths);
  return depth > 0 && Number.isFinite(depth) ? text.replace(new RegExp(`^[ \\t]{1,${depth}}`, "gm"), "") : text;
}
