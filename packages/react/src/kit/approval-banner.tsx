import type { MouseEvent } from "react";
import { onApprovals, pendingApproval } from "../hooks/pending-approval.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { useMayApprove } from "../thread/may-approve.ts";
import { ToolIcon } from "../widgets/icons/icons.tsx";

/** Over the composer: the run waits for the reader's word, and the way to where it is asked for. */
export function ApprovalBanner() {
  const part = usePart();
  const labels = useLabels();
  const waits = useSessionStream((thread) => pendingApproval(thread) !== undefined, { topic: onApprovals });
  if (!useMayApprove() || !waits) return null;
  return (
    <div {...part("banner", { state: "approval" })}>
      <ToolIcon />
      <span {...part("banner-text")}>{labels.awaitingApproval}</span>
      <button type="button" onClick={showApproval} {...part("banner-action")}>
        {labels.showApproval}
      </button>
    </div>
  );
}

/** The kit's card, else the headless part of an app's own. The focus goes beside the buttons, never onto one. */
const ASKING = '[data-part="card"][data-state="pending"], [data-part="approval"][data-state="pending"]';

function showApproval({ currentTarget }: MouseEvent): void {
  const shown = currentTarget.closest("[data-part=panel]")?.querySelector<HTMLElement>(ASKING);
  shown?.scrollIntoView({ block: "center" });
  const header = shown?.querySelector<HTMLElement>("[data-part=card-header]");
  (header ?? shown)?.focus({ preventScroll: true });
}
