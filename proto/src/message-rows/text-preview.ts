/** Owns what a thread list shows of a row. */
import { excerpt, messageExcerpt, PREVIEW_LENGTH } from "../excerpt.ts";
import type { ContentBlock } from "./message-row.ts";

export function textPreviewOf(blocks: readonly ContentBlock[]): string {
  const said = blocks.flatMap((block) => (block.type === "text" || block.type === "reasoning" ? [block.text] : []));
  return said.length > 0
    ? messageExcerpt(said.join("\n"), [], PREVIEW_LENGTH)
    : excerpt(nameOf(blocks[0]), PREVIEW_LENGTH);
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
