/**
 * Owns named character references, `&amp;` and its like. The parser's own reader of them asks the page, by `innerHTML`:
 * where Trusted Types are required that is forbidden (X25). So they are hidden from it and resolved in the tree, except
 * in code, where they stand for themselves. Only common names are known; others stay as they were written.
 */
const REFERENCE = /&([a-z][a-z\d]{1,30});/gi;
/** No character, and in nobody's text. */
const HIDDEN = "\ufdd0";
const HIDDEN_REFERENCE = new RegExp(`${HIDDEN}([a-z\\d]+);`, "gi");

const NAMES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  times: "×",
  divide: "÷",
  plusmn: "±",
  deg: "°",
  euro: "€",
  pound: "£",
  yen: "¥",
  sect: "§",
  para: "¶",
  larr: "←",
  rarr: "→",
  uarr: "↑",
  darr: "↓",
  le: "≤",
  ge: "≥",
  ne: "≠",
  infin: "∞",
};

/** What a reference may stand in. */
interface TextNode {
  readonly type: string;
  readonly children?: readonly TextNode[];
  value?: string | null | undefined;
  url?: string | null | undefined;
  title?: string | null | undefined;
  alt?: string | null | undefined;
  lang?: string | null | undefined;
}

const FIELDS = ["value", "url", "title", "alt", "lang"] as const;
const LITERAL: ReadonlySet<string> = new Set(["code", "inlineCode", "html"]);

export function hideReferences(text: string): string {
  return text.replace(REFERENCE, `${HIDDEN}$1;`);
}

/** In the tree, in place. */
export function resolveReferences(tree: TextNode): void {
  const rest = [tree];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    for (const field of FIELDS) {
      const text = node[field];
      if (text?.includes(HIDDEN)) node[field] = resolve(text, LITERAL.has(node.type));
    }
    rest.push(...(node.children ?? []));
  }
}

function resolve(text: string, literal: boolean): string {
  const resolved = literal ? text : text.replace(HIDDEN_REFERENCE, (written, name: string) => named(name) ?? written);
  return resolved.replaceAll(HIDDEN, "&");
}

function named(name: string): string | undefined {
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}
