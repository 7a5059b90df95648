import type { ComponentPropsWithoutRef } from "react";
import { usePart } from "../slots/use-part.ts";

export type Theme = "light" | "dark" | "auto";

export interface RootProps extends ComponentPropsWithoutRef<"div"> {
  /** `auto`: as the reader's system prefers. */
  readonly theme?: Theme | undefined;
}

/** The element all styles of the kit start from. Nothing outside of it is styled. */
export function Root({ theme = "auto", ...props }: RootProps) {
  const part = usePart();
  return (
    <div
      {...props}
      data-sessionstream=""
      data-theme={theme === "auto" ? undefined : theme}
      {...part("root", { className: props.className })}
    />
  );
}
