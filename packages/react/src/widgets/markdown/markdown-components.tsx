/**
 * Owns what the elements of markdown become. No element here loads anything, runs anything or carries a style: images
 * are placeholders, links are checked, alignment is an attribute.
 */
import { Children, type ComponentPropsWithoutRef, isValidElement, type ReactNode } from "react";
import type { Components, ExtraProps } from "react-markdown";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { CodeBlock } from "./code-block.tsx";
import { disguisedHost, imageHost, linkTarget } from "./safe-link.ts";

type Props<Tag extends keyof React.JSX.IntrinsicElements> = ComponentPropsWithoutRef<Tag> & ExtraProps;

function Link({ href, id, children }: Props<"a">) {
  const part = usePart();
  const labels = useLabels();
  const target = linkTarget(href);
  if (target.type === "unsafe") {
    return (
      <span title={labels.unsafeLink} {...part("unsafe-link")}>
        {children}
      </span>
    );
  }
  if (target.type === "internal") {
    return (
      <a href={target.href} id={id} {...part("link")}>
        {children}
      </a>
    );
  }
  const host = disguisedHost(textOf(children), target.host);
  return (
    <>
      <a
        href={target.href}
        target="_blank"
        rel="noopener noreferrer nofollow ugc"
        title={target.host || undefined}
        {...part("link")}
      >
        {children}
      </a>
      {host === null ? null : <span {...part("link-host")}> ({host})</span>}
    </>
  );
}

/** Fetching an image tells its host that, and what, somebody reads (X21). */
function BlockedImage({ src, alt }: Props<"img">) {
  const part = usePart();
  const labels = useLabels();
  const host = imageHost(typeof src === "string" ? src : undefined);
  return (
    <span {...part("blocked-image")}>
      {alt === undefined || alt === "" ? null : <span>{alt}</span>}
      <span {...part("card-meta")}>{labels.imageBlocked(host)}</span>
    </span>
  );
}

function Pre({ children }: Props<"pre">) {
  const code = Children.toArray(children).find((child) => isValidElement<ComponentPropsWithoutRef<"code">>(child));
  if (!isValidElement<ComponentPropsWithoutRef<"code">>(code)) return <pre>{children}</pre>;
  const language = /\blanguage-(\S+)/.exec(code.props.className ?? "")?.[1] ?? "";
  return <CodeBlock code={textOf(code.props.children).replace(/\n$/, "")} language={language} />;
}

function Table({ children }: Props<"table">) {
  const part = usePart();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
    <div tabIndex={0} {...part("table")}>
      <table>{children}</table>
    </div>
  );
}

function TaskMark({ checked }: Props<"input">) {
  const part = usePart();
  const labels = useLabels();
  return (
    <span
      role="img"
      aria-label={checked ? labels.taskDone : labels.taskOpen}
      {...part("checkbox", { state: checked ? "checked" : "unchecked" })}
    />
  );
}

/** A model's headings stand below those of the page; ids would collide between messages. */
function heading(Tag: "h3" | "h4" | "h5" | "h6", level: number) {
  return function Heading({ children }: { readonly children?: ReactNode }) {
    return <Tag data-level={level}>{children}</Tag>;
  };
}

export const MARKDOWN_COMPONENTS: Components = {
  h1: heading("h3", 1),
  h2: heading("h4", 2),
  h3: heading("h5", 3),
  h4: heading("h6", 4),
  h5: heading("h6", 5),
  h6: heading("h6", 6),
  a: Link,
  img: BlockedImage,
  pre: Pre,
  table: Table,
  input: TaskMark,
  th: ({ children, style }: Props<"th">) => <th data-align={style?.textAlign}>{children}</th>,
  td: ({ children, style }: Props<"td">) => <td data-align={style?.textAlign}>{children}</td>,
};

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}
