/**
 * Owns how deep and how wide JSON from outside may be, and which keys it may not have. Asked before anything walks the
 * value by recursion, and itself walks with a list: depth costs it no stack. Does not judge what the JSON means.
 */
export interface JsonBounds {
  readonly maxDepth: number;
  /** Keys of one object. */
  readonly maxKeys: number;
  /** Items of one array. */
  readonly maxItems: number;
}

export const DEFAULT_JSON_BOUNDS: JsonBounds = { maxDepth: 32, maxKeys: 256, maxItems: 4_096 };

/** They reach into an object's prototype in careless code, be it ours or an application's. */
const POISONOUS: readonly string[] = ["__proto__", "constructor", "prototype"];

/** @param json what JSON.parse gave. @returns what is wrong with it, in words of ours only, or `null`. */
export function findOutOfBounds(json: unknown, bounds: JsonBounds = DEFAULT_JSON_BOUNDS): string | null {
  let level: readonly object[] = isContainer(json) ? [json] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > bounds.maxDepth) return `JSON may be nested ${bounds.maxDepth} levels deep, no deeper`;
    const below: object[] = [];
    for (const container of level) {
      const problem = findProblem(container, bounds);
      if (problem !== null) return problem;
      for (const child of Object.values(container)) if (isContainer(child)) below.push(child);
    }
    level = below;
  }
  return null;
}

function findProblem(container: object, { maxKeys, maxItems }: JsonBounds): string | null {
  if (Array.isArray(container)) {
    return container.length > maxItems ? `A JSON array may have ${maxItems} items, no more` : null;
  }
  if (Object.keys(container).length > maxKeys) return `A JSON object may have ${maxKeys} keys, no more`;
  const poison = POISONOUS.find((key) => Object.hasOwn(container, key));
  return poison === undefined ? null : `No JSON object may have a key "${poison}"`;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
