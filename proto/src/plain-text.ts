/**
 * Owns what Markdown says without its signs, for lists, notifications and voices. No parser: signs that pair up within a
 * line go, whatever else stays as it was written. Each character is looked at a fixed number of times.
 */

const FENCE = /^[> ]*(`{3,}|~{3,})(.*)$/;
/** What may stand before the text of a line, in any nesting. */
const CONTAINERS = /^(?:(?:>|#{1,6})(?: |$)|(?:[-*+](?: \[[ xX]\])?|\d{1,3}[.)]) )+/;
/** `---`, `* * *`, and what underlines a heading. */
const RULE = /^([-*_=])(?: ?\1)+$/;
const TABLE_SIGNS = /^[-|: ]+$/;

/** @param withoutCode leaves blocks of code out */
export function plainText(markdown: string, { withoutCode = false }: { readonly withoutCode?: boolean } = {}): string {
  const said: string[] = [];
  let fence = "";
  for (const line of markdown.split(/\r?\n/)) {
    const [, signs = "", rest = ""] = FENCE.exec(line) ?? [];
    if (fence !== "") {
      if (signs.startsWith(fence) && rest.trim() === "") fence = "";
      else if (!withoutCode) said.push(line);
    } else if (signs !== "" && !(signs.startsWith("`") && rest.includes("`"))) fence = signs;
    else said.push(plainLine(line.replace(/\s+/g, " ").trim()));
  }
  return said.join("\n");
}

function plainLine(line: string): string {
  if (RULE.test(line) || (TABLE_SIGNS.test(line) && line.includes("--"))) return "";
  const cells = line.startsWith("|") && line.endsWith("|") ? line.replaceAll("|", " ") : line;
  return withoutSigns(cells.replace(CONTAINERS, ""));
}

/**
 * Code; an escaped sign; an address, in angle brackets or bare; the end of a link with its target, which may have been
 * cut off; a bracket; signs of emphasis. What one of them has looked at in vain, the next one does not look at again.
 */
const TOKEN =
  /(?<!`)(`{1,3})(?!`)(.+?)(?<!`)\1(?!`)|\\([\\`*_{}[\]()#+.!~|<>$-])|<((?:https?:|mailto:)[^\s<>]+)>|(https?:\/\/[^\s<>`()[\]*]+)|\]\((?:[^()\s]|\([^()\s]*\))*(?: +"[^"]*")?(?:\)|$)|!?\[|\]|\*+|_+|~+/g;

function withoutSigns(line: string): string {
  const pieces: string[] = [];
  /** Places of what a later sign may pair up with. */
  const brackets: number[] = [];
  const openers = new Map<string, number>();
  let end = 0;
  for (const { 0: token, 2: code, 3: escaped, 4: enclosed, 5: address, index } of line.matchAll(TOKEN)) {
    pieces.push(line.slice(end, index));
    end = index + token.length;
    const verbatim = code ?? escaped ?? enclosed ?? address;
    if (verbatim !== undefined) pieces.push(verbatim);
    else if (token.endsWith("[")) brackets.push(pieces.push(token) - 1);
    else if (token.startsWith("]")) {
      const bracket = brackets.pop();
      if (bracket === undefined || token === "]") pieces.push(token);
      else pieces[bracket] = "";
    } else if (!EMPHASIS.has(token)) pieces.push(token);
    else {
      const opener = openers.get(token);
      const { opens, closes } = flanks(token, line.charAt(index - 1), line.charAt(end));
      if (closes && opener !== undefined) {
        pieces[opener] = "";
        openers.delete(token);
      } else if (opens) openers.set(token, pieces.push(token) - 1);
      else pieces.push(token);
    }
  }
  return pieces.join("") + line.slice(end);
}

const EMPHASIS: ReadonlySet<string> = new Set(["*", "**", "***", "_", "__", "___", "~~"]);
const WORD = /[\p{L}\p{N}]/u;

/** As Markdown has it, but for one asterisk within a word: in a conversation `2*3*4` is rather a product. */
function flanks(signs: string, before: string, after: string): { readonly opens: boolean; readonly closes: boolean } {
  const isBoundary = signs === "*" || signs.startsWith("_");
  const [wordBefore, wordAfter] = [WORD.test(before), WORD.test(after)];
  return {
    opens: after.trim() !== "" && (!wordBefore || (!isBoundary && wordAfter)),
    closes: before.trim() !== "" && (!wordAfter || (!isBoundary && wordBefore)),
  };
}
