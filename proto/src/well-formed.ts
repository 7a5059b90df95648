/**
 * Owns the check that a value can be sent: JSON, and texts without lone surrogates. UTF-8 has no form for a lone
 * surrogate, so it would arrive as another text and every later offset would be wrong.
 */
const LONE_SURROGATE = /\p{Surrogate}/u;

function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/**
 * Whether a text that JSON.stringify made holds a lone surrogate: it writes those, and only those, as `\ud…` escapes.
 * Looking at the one text is far cheaper than looking at every value before.
 */
export function hasLoneSurrogate(jsonText: string): boolean {
  return jsonText.includes("\\ud") && ESCAPED_SURROGATE.test(jsonText);
}

/** An even number of backslashes before it says that the backslash is not itself escaped. */
const ESCAPED_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** As in other implementations of protobuf; deeper input is meant to exhaust the stack. */
const MAX_DEPTH = 100;

/** @returns what is wrong and where (`"attachments[0].filename" has a lone surrogate`), or `null`. */
export function findUnsendable(value: unknown, path = "", depth = 0): string | null {
  switch (typeof value) {
    case "string":
      return isWellFormed(value) ? null : `"${path}" has a lone surrogate`;
    case "number":
      return Number.isFinite(value) ? null : `"${path}" is ${value}, which JSON cannot say`;
    case "boolean":
      return null;
    case "object":
      if (value === null) return null;
      return depth < MAX_DEPTH ? findInside(value, path, depth + 1) : `"${path}" is nested too deeply`;
    default:
      return `"${path}" is no JSON value but a ${typeof value}`;
  }
}

function findInside(container: object, path: string, depth: number): string | null {
  if (Array.isArray(container)) {
    for (let index = 0; index < container.length; index++) {
      const found = findUnsendable(container[index], `${path}[${index}]`, depth);
      if (found !== null) return found;
    }
    return null;
  }
  for (const [key, value] of Object.entries(container)) {
    if (!isWellFormed(key)) return `A key inside "${path}" has a lone surrogate`;
    const found = findUnsendable(value, path === "" ? key : `${path}.${key}`, depth);
    if (found !== null) return found;
  }
  return null;
}
