import type { ReactNode } from "react";
import type { PartName } from "../../slots/part-names.ts";
import { usePart } from "../../slots/use-part.ts";

export interface ScrollTextProps {
  readonly name: PartName;
  readonly label: string;
  /** Code reads from left to right in every language. */
  readonly dir?: "ltr" | "auto";
  readonly children: ReactNode;
}

/** Text in its own lines that scrolls by itself, by keyboard too. */
export function ScrollText({ name, label, dir = "ltr", children }: ScrollTextProps) {
  const part = usePart();
  return (
    // biome-ignore-start lint/a11y: a scrolling region must be reachable by keyboard and named; a fieldset it is not.
    <pre tabIndex={0} role="group" aria-label={label} dir={dir} {...part(name)}>
      {children}
    </pre>
    // biome-ignore-end lint/a11y: see above.
  );
}
