/**
 * Owns what the elements of markdown become. No element here runs anything or carries a style, and nothing is loaded but
 * an image the app allowed: links are checked, alignment is an attribute.
 */

import type { Components, ExtraProps } from "hast-util-to-jsx-runtime";
import {
  Children,
  type ComponentPropsWithoutRef,
  cloneElement,
  createContext,
  isValidElement,
  type ReactNode,
  useContext,
} from "react";
import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { CodeBlock } from "./code-block.tsx";
import { loadableImage } from "./image-policy.ts";
import { useImagePolicy } from "./images-context.tsx";
import { disguisedHost, imageHost, linkTarget } from "./safe-link.ts";

type Props<Tag extends keyof React.JSX.IntrinsicElements> = ComponentPropsWithoutRef<Tag> & ExtraProps;

const InLink = createContext(false);

/** A bare address within the text of a link is a link to the parser; to a browser there is but one. */
function Link(props: Props<"a">) {
  if (useContext(InLink)) return props.children;
  return (
    <InLink.Provider value={true}>
      <OuterLink {...props} />
    </InLink.Provider>
  );
}

function OuterLink({ href, id, "aria-label": footnote, children }: Props<"a">) {
  const part = usePart();
  const labels = useLabels();
  const target = linkTarget(href);
  const shown = withoutDisguise(children);
  if (target.type === "unsafe") {
    return (
      <span title={labels.unsafeLink} {...part("unsafe-link")}>
        {shown}
      </span>
    );
  }
  if (target.type === "internal") {
    return (
      <a
        href={target.href}
        id={id}
        aria-label={footnote === undefined ? undefined : labels.footnoteBack(Number(footnote))}
        {...part("link")}
      >
        {shown}
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
        {shown}
      </a>
      {host === null ? null : <span {...part("link-host")}> ({host})</span>}
    </>
  );
}

/** Fetching an image tells its host that, and what, somebody reads (X21): only where the app said so. */
function Image({ src, alt }: Props<"img">) {
  const part = usePart();
  const labels = useLabels();
  const policy = useImagePolicy();
  const address = typeof src === "string" ? src : undefined;
  const loadable = loadableImage(address, policy);
  if (loadable !== null) {
    return (
      <img
        src={loadable}
        alt={alt ?? ""}
        referrerPolicy="no-referrer"
        loading="lazy"
        decoding="async"
        {...part("image")}
      />
    );
  }
  const host = imageHost(address);
  return (
    <span {...part("blocked-image")}>
      {alt === undefined || alt === "" ? null : <span>{showHidden(alt)}</span>}
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

function InlineCode({ children }: Props<"code">) {
  return <code>{showHidden(textOf(children))}</code>;
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
function heading(Tag: "h3" | "h5" | "h6", level: number) {
  return function Heading({ children }: { readonly children?: ReactNode }) {
    return <Tag data-level={level}>{children}</Tag>;
  };
}

/** Only the one above the footnotes, which nobody has written, has an id. */
function SecondHeading({ id, children }: Props<"h2">) {
  const labels = useLabels();
  return <h4 data-level={2}>{id === undefined ? children : labels.footnotes}</h4>;
}

export const MARKDOWN_COMPONENTS: Components = {
  h1: heading("h3", 1),
  h2: SecondHeading,
  h3: heading("h5", 3),
  h4: heading("h6", 4),
  h5: heading("h6", 5),
  h6: heading("h6", 6),
  a: Link,
  img: Image,
  code: InlineCode,
  pre: Pre,
  table: Table,
  input: TaskMark,
  th: ({ children, style }: Props<"th">) => <th data-align={style?.textAlign}>{children}</th>,
  td: ({ children, style }: Props<"td">) => <td data-align={style?.textAlign}>{children}</td>,
};

/** What a link reads must be what it says, letter by letter (X24). */
function withoutDisguise(children: ReactNode): ReactNode {
  return Children.map(children, (child) => {
    if (typeof child === "string") return showHidden(child);
    if (!isValidElement<{ children?: ReactNode }>(child) || child.props.children === undefined) return child;
    return cloneElement(child, {}, withoutDisguise(child.props.children));
  });
}

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}
