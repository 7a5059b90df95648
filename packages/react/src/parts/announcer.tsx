import type { ChatThread, ThreadStatus } from "@sessionstream/client";
import type { EntityKey } from "@sessionstream/protocol";
import { Fragment, useEffect, useRef, useState } from "react";
import { onApprovals, pendingApproval } from "../hooks/pending-approval.ts";
import { showHidden } from "../labels/hidden-characters.ts";
import type { Labels } from "../labels/labels.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { useMayApprove } from "../thread/may-approve.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import { type Announcement, announce, newestAnswer, showsMessage } from "./announcements.ts";

interface Heard {
  readonly of: ChatThread;
  readonly status: ThreadStatus;
  /** The approval that was asked for. */
  readonly asked: EntityKey | undefined;
}

interface Said extends Announcement {
  /** The same words said twice are two things to hear. */
  readonly nth: number;
}

function questionOf(thread: ChatThread, mayApprove: boolean, labels: Labels): string {
  const approval = pendingApproval(thread);
  if (approval === undefined) return labels.announceAwaitingInput;
  return mayApprove ? labels.announceApproval(showHidden(String(approval.payload["toolName"]))) : "";
}

/** The transcript's only voice. Render it once per thread; it is not visible. */
export function Announcer() {
  const part = usePart();
  const labels = useLabels();
  const { thread } = useThreadScope();
  const mayApprove = useMayApprove();
  const [said, setSaid] = useState<Said>({ urgency: "polite", text: "", nth: 0 });
  const heard = useRef<Heard | null>(null);

  useEffect(() => {
    const listen = () => {
      const before = heard.current?.of === thread ? heard.current : null;
      const status = thread.getStatus();
      const asked = pendingApproval(thread)?.key;
      const sources = {
        answer: () => newestAnswer(thread),
        hasRow: (id: string) => showsMessage(thread, id),
        question: () => questionOf(thread, mayApprove, labels),
        isAnotherQuestion: asked !== undefined && asked !== before?.asked,
      };
      const announcement = announce(before?.status ?? null, status, sources, labels);
      heard.current = { of: thread, status, asked };
      // One voice: what was said before, that an answer is being written, say, may no longer be so.
      if (announcement !== null) setSaid(({ nth }) => ({ ...announcement, nth: nth + 1 }));
    };
    listen();
    return onApprovals(thread, listen);
  }, [thread, labels, mayApprove]);

  return (
    <div {...part("announcer")}>
      <div role="status" aria-live="polite">
        {said.urgency === "polite" ? said.text : ""}
      </div>
      <div role="alert" aria-live="assertive">
        {said.urgency === "assertive" ? <Fragment key={said.nth}>{said.text}</Fragment> : null}
      </div>
    </div>
  );
}
