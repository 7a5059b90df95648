/** Owns what a thread list shows of a row. */
import type { ContentBlock } from "./message-row.ts";

const CODE_POINTS = 160;

/** Never through the middle of a character; without NUL, which PostgreSQL refuses. */
export function cutPreview(text: string): string {
  // Twice as many units hold at least that many code points; a half pair at their end is not among the first.
  return Array.from(text.slice(0, 2 * CODE_POINTS))
    .slice(0, CODE_POINTS)
    .join("")
    .replaceAll("\0", "\ufffd");
}

export function textPreviewOf(blocks: readonly ContentBlock[]): string {
  const said = blocks.flatMap((block) => (block.type === "text" || block.type === "reasoning" ? [block.text] : []));
  return cutPreview(said.length > 0 ? said.join(" ") : nameOf(blocks[0]));
}

function nameOf(block: ContentBlock | undefined): string {
  switch (block?.type) {
    case "tool_use":
      return `[${block.name}]`;
    case "tool_result":
      return `[${block.name ?? "result"}]`;
    case "card":
      return `[${block.card}]`;
    case "error":
      return block.message;
    default:
      // Of a writer that knows more kinds of blocks than we do.
      return block === undefined ? "" : `[${block.type}]`;
  }
}
