import { useCallback } from "react";
import type { PartName } from "./part-names.ts";
import { useClassNames } from "./slots-context.tsx";

export interface PartOptions {
  readonly state?: string | undefined;
  readonly className?: string | undefined;
}

export interface PartAttributes {
  readonly "data-part": PartName;
  readonly "data-state": string | undefined;
  readonly className: string | undefined;
}

/** Attributes of a part. Spread them last, so that no caller can rename it: `<div {...props} {...part("header")}>`. */
export function usePart(): (name: PartName, options?: PartOptions) => PartAttributes {
  const classNames = useClassNames();
  return useCallback(
    (name, { state, className } = {}) => ({
      "data-part": name,
      "data-state": state,
      className: joinClasses(classNames[name], className),
    }),
    [classNames],
  );
}

function joinClasses(...names: readonly (string | undefined)[]): string | undefined {
  const joined = names.filter((name) => name !== undefined && name !== "").join(" ");
  return joined === "" ? undefined : joined;
}
