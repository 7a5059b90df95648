/**
 * Owns reading GitHub's markdown: tables, task lists, strikethrough, bare links. Does not own writing it: `remark-gfm`
 * brings a serialiser along that a reader never needs, a tenth of the whole kit's bytes.
 */
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** What a remark plugin may say about the parser. */
interface Parser {
  data(): { micromarkExtensions?: unknown[] | undefined; fromMarkdownExtensions?: unknown[] | undefined };
}

/** A remark plugin. */
export function gfmSyntax(this: Parser): void {
  const data = this.data();
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), gfm()];
  data.fromMarkdownExtensions = [...(data.fromMarkdownExtensions ?? []), gfmFromMarkdown()];
}
