import { type MouseEvent, useLayoutEffect, useRef } from "react";
import { onApprovals, pendingApproval } from "../hooks/pending-approval.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { useMayApprove } from "../thread/may-approve.ts";
import { ToolIcon } from "../widgets/icons/icons.tsx";

/** Over the composer: the run waits for the reader's word, and the way to where it is asked for. */
export function ApprovalBanner() {
  const waits = useSessionStream((thread) => pendingApproval(thread) !== undefined, { topic: onApprovals });
  return useMayApprove() && waits ? <Banner /> : null;
}

const VIEWPORT = "[data-part=viewport]";

function Banner() {
  const part = usePart();
  const labels = useLabels();
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const banner = element.current;
    return () => {
      // It goes when somebody answers. Not the composer: whoever was about to press Enter would send what stands there.
      if (banner?.contains(document.activeElement)) inPanelOf(banner, VIEWPORT)?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div ref={element} {...part("banner", { state: "approval" })}>
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
  const shown = inPanelOf(currentTarget, ASKING);
  shown?.scrollIntoView({ block: "center" });
  const header = shown?.querySelector<HTMLElement>("[data-part=card-header]");
  (header ?? shown)?.focus({ preventScroll: true });
}

function inPanelOf(element: Element, selector: string): HTMLElement | null | undefined {
  return element.closest("[data-part=panel]")?.querySelector<HTMLElement>(selector);
}
