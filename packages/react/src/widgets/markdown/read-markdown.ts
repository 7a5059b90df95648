/**
 * Owns reading one block: from text to elements within the limits, or to nothing when they are passed. A parser that
 * gives up costs the formatting, never the text, and on a server too, where no error boundary would catch it.
 */
import type { ReactElement } from "react";
import ReactMarkdown from "react-markdown";
import { gfmSyntax } from "./gfm.ts";
import { MARKDOWN_COMPONENTS } from "./markdown-components.tsx";
import { DEEPEST, isTooCostly, MOST_NODES } from "./markdown-limits.ts";
import { hideReferences, resolveReferences } from "./named-references.ts";

/** Of mdast. */
interface SyntaxNode {
  readonly type: string;
  readonly children?: readonly SyntaxNode[];
  /** Of a table: one per column. */
  readonly align?: readonly unknown[] | null;
}

const PLUGINS = [gfmSyntax, limitedTree, resolveReferences];

/** `prefix` keeps the ids of footnotes apart from those of the page. `null`: show the text as it is. */
export function readMarkdown(text: string, prefix: string): ReactElement | null {
  if (isTooCostly(text)) return null;
  try {
    // Not rendered but called: it is a synchronous function without hooks, and here its errors can be caught.
    return ReactMarkdown({
      children: hideReferences(text),
      remarkPlugins: PLUGINS,
      remarkRehypeOptions: { clobberPrefix: prefix },
      components: MARKDOWN_COMPONENTS,
      urlTransform: keepUrl,
    });
  } catch {
    return null;
  }
}

/** Links judge their own address, and an unsafe one must arrive there to be shown as unsafe. */
function keepUrl(url: string): string {
  return url;
}

/** A remark plugin. @throws RangeError before anything is made of a tree that is too large. */
function limitedTree(): (tree: SyntaxNode) => void {
  return (tree) => {
    const rest = [{ node: tree, depth: 0 }];
    let nodes = 0;
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const { node, depth } = next;
      // Rows are filled up to the width of the table.
      nodes += node.type === "tableRow" ? 0 : 1 + (node.align?.length ?? 0) * (node.children?.length ?? 0);
      if (nodes > MOST_NODES || depth > DEEPEST) throw new RangeError("Too much to be shown as markdown");
      for (const child of node.children ?? []) rest.push({ node: child, depth: depth + 1 });
    }
  };
}
