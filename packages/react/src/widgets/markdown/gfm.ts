/**
 * Owns reading GitHub's markdown: tables, task lists, strikethrough, bare links. Does not own writing it: `remark-gfm`
 * brings a serialiser along that a reader never needs, a tenth of the whole kit's bytes.
 */
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

interface ParserExtensions {
  micromarkExtensions?: unknown[];
  fromMarkdownExtensions?: unknown[];
}

/** A remark plugin. */
export function gfmSyntax(this: { data(): object }): void {
  // CAST: the two lists that remark's parser reads its extensions from.
  const data = this.data() as ParserExtensions;
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), gfm()];
  data.fromMarkdownExtensions = [...(data.fromMarkdownExtensions ?? []), gfmFromMarkdown()];
}
