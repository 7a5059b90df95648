/**
 * Owns showing text of a model as markdown, safely and while it grows. Raw HTML stays text. Finished blocks keep their
 * elements: while text streams, only the open block is read and rendered.
 */
import { memo, useId, useMemo } from "react";
import { usePart } from "../../slots/use-part.ts";
import { NO_IMAGES } from "./image-policy.ts";
import { ImagesProvider, useImagePolicy } from "./images-context.tsx";
import { readMarkdown } from "./read-markdown.ts";
import { splitBlocks } from "./split-blocks.ts";
import { withoutUnfinishedEnd } from "./unfinished-end.ts";

export interface MarkdownProps {
  readonly text: string;
  readonly streaming?: boolean;
}

export function Markdown({ text, streaming = false }: MarkdownProps) {
  const part = usePart();
  const id = useId();
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div dir="auto" {...part("markdown", { state: streaming ? "streaming" : "finished" })}>
      {blocks.map((block, index) => (
        <Block
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever appended, and have no other identity.
          key={index}
          text={block}
          prefix={`${id}${index}-`}
          complete={!streaming || index < blocks.length - 1}
        />
      ))}
    </div>
  );
}

interface BlockProps {
  readonly text: string;
  readonly prefix: string;
  readonly complete: boolean;
}

const Block = memo(function Block({ text, prefix, complete }: BlockProps) {
  const images = useImagePolicy();
  const shown = complete ? text : withoutUnfinishedEnd(text);
  const content = useMemo(() => readMarkdown(shown, prefix), [shown, prefix]);
  if (content === null) return <PlainText text={shown} />;
  // A half-written address is another address: asking for it would tell its server of every letter.
  return <ImagesProvider images={complete ? images : NO_IMAGES}>{content}</ImagesProvider>;
});

function PlainText({ text }: { readonly text: string }) {
  const part = usePart();
  return <p {...part("preformatted")}>{text}</p>;
}
