/**
 * Owns what a card says of an approval: what is asked and until when, the answers, and what was decided. The arguments
 * are the card's.
 */
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import type { ApprovalPayload, ApprovalStatus } from "../../hooks/use-approval.ts";
import { errorText } from "../../labels/error-text.ts";
import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { Approval, ApprovalActions, ApproveButton, DenyButton, useApprovalContext } from "../../parts/approval.tsx";
import { usePart } from "../../slots/use-part.ts";
import { Notice } from "../message/notice.tsx";

export function ApprovalBody({ approval }: { readonly approval: ApprovalPayload }) {
  return (
    <Approval approval={approval}>
      <Question />
      <ApprovalActions>
        <Answers />
      </ApprovalActions>
      <Trouble />
    </Approval>
  );
}

function Question() {
  const part = usePart();
  const labels = useLabels();
  const { approval, status, answerable } = useApprovalContext();
  if (status !== "pending") return <Decision status={status} approval={approval} />;
  return (
    <>
      <p {...part("card-label")}>{labels.approvalQuestion(showHidden(approval.toolName))}</p>
      <p {...part("card-meta")}>
        {answerable ? labels.approvalAudience : labels.approvalOfOthers} <Deadline at={Number(approval.expiresAt)} />
      </p>
    </>
  );
}

interface DecisionProps {
  readonly status: Exclude<ApprovalStatus, "pending">;
  readonly approval: ApprovalPayload;
}

function Decision({ status, approval: { decidedBy, reason } }: DecisionProps) {
  const part = usePart();
  const labels = useLabels();
  return (
    <>
      <p {...part("card-meta")}>{labels.approvalOutcome(status, showHidden(decidedBy))}</p>
      {reason === "" ? null : (
        <blockquote dir="auto" {...part("approval-reason")}>
          {showHidden(reason)}
        </blockquote>
      )}
    </>
  );
}

const SOON_MS = 2 * 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A time, and near it one word more. Nothing counts down: nobody wants to hear or watch that. */
function Deadline({ at }: { readonly at: number }) {
  const labels = useLabels();
  // Known only where the reader is: a server has another clock and time zone.
  const [soon, setSoon] = useState<boolean | null>(null);
  useEffect(() => {
    const left = at - SOON_MS - Date.now();
    setSoon(left <= 0);
    if (left <= 0 || left > LONGEST_TIMER_MS) return;
    const timer = setTimeout(() => setSoon(true), left);
    return () => clearTimeout(timer);
  }, [at]);
  if (soon === null || !(at > 0)) return null;
  return (
    <>
      {labels.approvalDeadline(at)}
      {soon ? <strong> {labels.approvalExpiresSoon}</strong> : null}
    </>
  );
}

function Answers() {
  const part = usePart();
  const labels = useLabels();
  /** `null`: not asked for. */
  const [reason, setReason] = useState<string | null>(null);
  const denyButton = useRef<HTMLButtonElement>(null);
  const askWhy = (event: MouseEvent) => {
    if (reason !== null) return;
    event.preventDefault();
    setReason("");
  };
  const goBack = () => {
    denyButton.current?.focus();
    setReason(null);
  };
  return (
    <>
      {reason === null ? <ApproveButton /> : <Reason text={reason} setText={setReason} onEscape={goBack} />}
      <DenyButton buttonRef={denyButton} reason={reason?.trim()} onClick={askWhy} />
      {reason === null ? null : (
        <button type="button" onClick={goBack} {...part("button", { state: "quiet" })}>
          {labels.approvalBack}
        </button>
      )}
    </>
  );
}

/** What a server takes at most. */
const LONGEST_REASON = 1_000;

interface ReasonProps {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly onEscape: () => void;
}

function Reason({ text, setText, onEscape }: ReasonProps) {
  const part = usePart();
  const labels = useLabels();
  const element = useRef<HTMLTextAreaElement>(null);
  useEffect(() => element.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    // Escape that dismisses an input method's candidates is not meant for us.
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    // Around it, Escape closes the chat.
    event.stopPropagation();
    onEscape();
  };
  return (
    <textarea
      ref={element}
      rows={2}
      dir={text === "" ? undefined : "auto"}
      maxLength={LONGEST_REASON}
      aria-label={labels.approvalReason}
      placeholder={labels.approvalReason}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKeyDown}
      {...part("approval-input")}
    />
  );
}

/** What became of the answer that was given here. Once all is decided, only that others were faster matters. */
function Trouble() {
  const part = usePart();
  const labels = useLabels();
  const { status, answer, answerable, connected } = useApprovalContext();
  const aside = (text: string) => <p {...part("card-meta")}>{text}</p>;
  if (answer.type === "failed") {
    const text = errorText(answer.error, labels);
    const isAside = answer.error.code === "already_answered";
    // Spoken too: the focus is elsewhere, on the button that was pressed or on what stands for it.
    if (isAside || status === "pending") {
      return <div role="alert">{isAside ? aside(text) : <Notice level="error" text={text} />}</div>;
    }
  }
  if (!answerable) return null;
  if (answer.type === "busy") return aside(labels.sending);
  return connected ? null : aside(labels.approvalOffline);
}
