import { type ReactNode, useId, useState } from "react";
import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { ChevronIcon, ToolIcon } from "../icons/icons.tsx";
import { isToolStatus } from "./tool-status.ts";

export interface ToolCardProps {
  readonly name: string;
  readonly status: string;
  /** Default: the status in words. */
  readonly statusText?: string | undefined;
  /** Unfolds the card when it turns true; folding it is the reader's. */
  readonly defaultOpen?: boolean;
  readonly children: ReactNode;
}

/** The frame of a tool row: what ran and how it went at a glance, details on demand. */
export function ToolCard({ name, status, statusText, defaultOpen = false, children }: ToolCardProps) {
  const part = usePart();
  const labels = useLabels();
  const bodyId = useId();
  const [open, setOpen] = useState(defaultOpen);
  const [wasDefault, setWasDefault] = useState(defaultOpen);
  if (wasDefault !== defaultOpen) {
    setWasDefault(defaultOpen);
    if (defaultOpen) setOpen(true);
  }
  return (
    <section {...part("card", { state: status })}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={bodyId}
        onClick={() => setOpen(!open)}
        {...part("card-header", { state: open ? "open" : "closed" })}
      >
        <ToolIcon />
        <span {...part("card-title")}>{showHidden(name)}</span>
        <span {...part("pill", { state: status })}>
          {statusText ?? (isToolStatus(status) ? labels.toolStatus[status] : showHidden(status))}
        </span>
        <ChevronIcon />
      </button>
      <div id={bodyId} hidden={!open} {...part("card-body")}>
        {open ? children : null}
      </div>
    </section>
  );
}
