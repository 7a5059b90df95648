/**
 * Owns JSON that a tool is given or returns, as text that people read. Nothing is rounded, merged or left out: they may
 * be asked to allow it (X29).
 */

/** Strings, what holds values together, and all other values. */
const SIGN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;
/** Of brackets in brackets. Each is another column on every line within: more would freeze the page (X26). */
const DEEPEST = 32;

/** `undefined` if it is no JSON, or too deep to be shown as such. */
export function parseJson(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text);
    return depthOf(text) > DEEPEST ? undefined : data;
  } catch {
    return undefined;
  }
}

/** JSON indented; anything else, such as arguments still being written, as it is. */
export function prettyJson(text: string): string {
  if (parseJson(text) === undefined) return text;
  let pretty = "";
  let before = "";
  let depth = 0;
  for (const [sign] of text.matchAll(SIGN)) {
    if (closes(sign)) depth -= 1;
    pretty += gap(before, sign, depth) + (sign.startsWith('"') ? JSON.stringify(JSON.parse(sign)) : sign);
    if (opens(sign)) depth += 1;
    before = sign;
  }
  return pretty;
}

function gap(before: string, sign: string, depth: number): string {
  if (before === ":") return " ";
  const isNewLine = before === "," || opens(before) !== closes(sign);
  return isNewLine ? `\n${"  ".repeat(depth)}` : "";
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [sign] of text.matchAll(SIGN)) {
    if (opens(sign)) depth += 1;
    if (closes(sign)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function opens(sign: string): boolean {
  return sign === "{" || sign === "[";
}

function closes(sign: string): boolean {
  return sign === "}" || sign === "]";
}
