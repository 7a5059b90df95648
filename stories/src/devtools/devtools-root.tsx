import { Root, type Theme } from "@sessionstream/react/widgets";
import type { ReactNode } from "react";
import "@sessionstream/react/devtools.css";

export interface DevtoolsRootProps {
  readonly theme?: Theme | undefined;
  readonly children: ReactNode;
}

/** Where devtools are at home: any element the kit's properties reach. */
export function DevtoolsRoot({ theme, children }: DevtoolsRootProps) {
  return (
    <Root theme={theme} className="stage-surface">
      {children}
    </Root>
  );
}
