/**
 * Owns showing text of a model as markdown, safely and while it grows. Raw HTML stays text. Finished blocks keep their
 * elements: while text streams, only the open block is parsed and rendered.
 */
import { Component, memo, type ReactNode, useId, useMemo } from "react";
import ReactMarkdown from "react-markdown";

import { usePart } from "../../slots/use-part.ts";
import { gfmSyntax } from "./gfm.ts";
import { MARKDOWN_COMPONENTS } from "./markdown-components.tsx";
import { isTooCostly } from "./markdown-limits.ts";
import { splitBlocks } from "./split-blocks.ts";

export interface MarkdownProps {
  readonly text: string;
  readonly streaming?: boolean;
}

const PLUGINS = [gfmSyntax];

export function Markdown({ text, streaming = false }: MarkdownProps) {
  const part = usePart();
  const id = useId();
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div dir="auto" {...part("markdown", { state: streaming ? "streaming" : "finished" })}>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever appended, and have no other identity.
        <Block key={index} text={block} prefix={`${id}${index}-`} />
      ))}
    </div>
  );
}

interface BlockProps {
  readonly text: string;
  /** Keeps the ids of footnotes apart from those of the page. */
  readonly prefix: string;
}

const Block = memo(function Block({ text, prefix }: BlockProps) {
  const options = useMemo(() => ({ clobberPrefix: prefix }), [prefix]);
  if (isTooCostly(text)) return <PlainText text={text} />;
  return (
    <PlainTextOnError text={text}>
      <ReactMarkdown
        remarkPlugins={PLUGINS}
        remarkRehypeOptions={options}
        components={MARKDOWN_COMPONENTS}
        urlTransform={keepUrl}
      >
        {text}
      </ReactMarkdown>
    </PlainTextOnError>
  );
});

/** Links judge their own address, and an unsafe one must arrive there to be shown as unsafe. */
function keepUrl(url: string): string {
  return url;
}

function PlainText({ text }: { readonly text: string }) {
  const part = usePart();
  return <p {...part("preformatted")}>{text}</p>;
}

interface PlainTextOnErrorProps {
  readonly text: string;
  readonly children: ReactNode;
}

interface Attempt {
  readonly text: string;
  readonly failed: boolean;
}

/** A parser that gives up costs the formatting, never the text; other text gets another try. */
class PlainTextOnError extends Component<PlainTextOnErrorProps, Attempt> {
  override state: Attempt = { text: this.props.text, failed: false };

  static getDerivedStateFromError(): Partial<Attempt> {
    return { failed: true };
  }

  static getDerivedStateFromProps({ text }: PlainTextOnErrorProps, attempt: Attempt): Attempt | null {
    return text === attempt.text ? null : { text, failed: false };
  }

  override render(): ReactNode {
    return this.state.failed ? <PlainText text={this.props.text} /> : this.props.children;
  }
}
