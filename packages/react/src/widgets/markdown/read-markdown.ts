/**
 * Owns reading one block: from text to elements within the limits, or to nothing when they are passed. A parser that
 * gives up costs the formatting, never the text, and on a server too, where no error boundary would catch it.
 */
import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { type Options, toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";
import type { ReactElement } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import { MARKDOWN_COMPONENTS } from "./markdown-components.tsx";
import { DEEPEST, isTooCostly, MOST_NODES } from "./markdown-limits.ts";
import { hideReferences, resolveReferences } from "./named-references.ts";

/** Of mdast. */
interface SyntaxNode {
  readonly type: string;
  readonly children?: readonly SyntaxNode[];
  /** Of a table: one per column. */
  readonly align?: readonly unknown[] | null | undefined;
}

/** Raw HTML is text like any other (L13). */
const HANDLERS: NonNullable<Options["handlers"]> = {
  html: (_state, { value }: { readonly value: string }) => ({ type: "text", value }),
};

/** A number: what it is called is for the link to say. */
function footnoteBackLabel(index: number): string {
  return String(index + 1);
}

/** `prefix` keeps the ids of footnotes apart from those of the page. `null`: show the text as it is. */
export function readMarkdown(text: string, prefix: string): ReactElement | null {
  if (isTooCostly(text)) return null;
  try {
    const tree = fromMarkdown(hideReferences(text), {
      extensions: [gfm()],
      mdastExtensions: [gfmFromMarkdown()],
    });
    assertSmall(tree);
    resolveReferences(tree);
    return toJsxRuntime(toHast(tree, { clobberPrefix: prefix, handlers: HANDLERS, footnoteBackLabel }), {
      Fragment,
      jsx,
      jsxs,
      components: MARKDOWN_COMPONENTS,
      ignoreInvalidStyle: true,
      passKeys: true,
    });
  } catch {
    return null;
  }
}

/** @throws RangeError before anything is made of a tree that is too large. */
function assertSmall(tree: SyntaxNode): void {
  const rest = [{ node: tree, depth: 0 }];
  let nodes = 0;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { node, depth } = next;
    // Rows are filled up to the width of the table.
    nodes += node.type === "tableRow" ? 0 : 1 + (node.align?.length ?? 0) * (node.children?.length ?? 0);
    if (nodes > MOST_NODES || depth > DEEPEST) throw new RangeError("Too much to be shown as markdown");
    for (const child of node.children ?? []) rest.push({ node: child, depth: depth + 1 });
  }
}
