import type { ChatThread, ThreadStatus } from "@sessionstream/client";
import { useEffect, useRef, useState } from "react";
import { pendingApproval } from "../hooks/pending-approval.ts";
import { showHidden } from "../labels/hidden-characters.ts";
import type { Labels } from "../labels/labels.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { useMayApprove } from "../thread/may-approve.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import { announce, newestAnswer, showsMessage } from "./announcements.ts";

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
  const [polite, setPolite] = useState("");
  const [assertive, setAssertive] = useState("");
  const heard = useRef<{ readonly of: ChatThread; readonly status: ThreadStatus } | null>(null);

  useEffect(() => {
    const listen = () => {
      const before = heard.current?.of === thread ? heard.current.status : null;
      const after = thread.getStatus();
      const sources = {
        answer: () => newestAnswer(thread),
        hasRow: (id: string) => showsMessage(thread, id),
        question: () => questionOf(thread, mayApprove, labels),
      };
      const announcement = announce(before, after, sources, labels);
      heard.current = { of: thread, status: after };
      if (announcement === null) return;
      // One voice: what was said politely before, that an answer is being written, say, may no longer be so.
      setPolite(announcement.urgency === "polite" ? announcement.text : "");
      if (announcement.urgency === "assertive") setAssertive(announcement.text);
    };
    listen();
    return thread.subscribeStatus(listen);
  }, [thread, labels, mayApprove]);

  return (
    <div {...part("announcer")}>
      <div role="status" aria-live="polite">
        {polite}
      </div>
      <div role="alert" aria-live="assertive">
        {assertive}
      </div>
    </div>
  );
}
