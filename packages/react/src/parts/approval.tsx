/**
 * Owns an approval's headless parts: what is asked, and its two answers, wired by one `useApproval`. No part takes the
 * focus. Only one that loses it with its buttons hands it on, to the approval itself.
 */
import {
  type ComponentPropsWithoutRef,
  createContext,
  type MouseEventHandler,
  type Ref,
  type RefObject,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { type ApprovalPayload, type ApprovalView, useApproval } from "../hooks/use-approval.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";

interface ApprovalScope extends ApprovalView {
  readonly approval: ApprovalPayload;
  readonly element: RefObject<HTMLDivElement | null>;
}

const ApprovalContext = /* @__PURE__ */ createContext<ApprovalScope | null>(null);

export function useApprovalContext(): ApprovalScope {
  const scope = useContext(ApprovalContext);
  if (scope === null) throw new Error("This part belongs inside <Approval>.");
  return scope;
}

export interface ApprovalProps extends ComponentPropsWithoutRef<"div"> {
  readonly approval: ApprovalPayload;
}

export function Approval({ approval, ...props }: ApprovalProps) {
  const part = usePart();
  const labels = useLabels();
  const view = useApproval(approval);
  const element = useRef<HTMLDivElement>(null);
  return (
    <ApprovalContext.Provider value={{ ...view, approval, element }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has looks of its own, and a legend. */}
      <div
        role="group"
        aria-label={labels.approvalStatus[view.status]}
        tabIndex={-1}
        {...props}
        ref={element}
        {...part("approval", { state: view.status, className: props.className })}
      />
    </ApprovalContext.Provider>
  );
}

/** Shows what is in it while this reader can answer. */
export function ApprovalActions(props: ComponentPropsWithoutRef<"div">) {
  const { answerable, approval } = useApprovalContext();
  // Another question in the same place has buttons of its own, which nobody has aimed at yet.
  return answerable ? <Actions key={approval.digest} {...props} /> : null;
}

function Actions(props: ComponentPropsWithoutRef<"div">) {
  const part = usePart();
  const { element } = useApprovalContext();
  const actions = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const held = actions.current;
    return () => {
      // Answered, here or elsewhere: the button goes, and the keyboard would be left nowhere.
      if (held?.contains(document.activeElement)) element.current?.focus({ preventScroll: true });
    };
  }, [element]);
  return <div {...props} ref={actions} {...part("approval-actions", { className: props.className })} />;
}

type AnswerButtonProps = Omit<ComponentPropsWithoutRef<"button">, "type" | "disabled" | "onClick" | "aria-disabled">;

/**
 * Answers only after it has been there for a moment, so that a click that was meant for what stood there before, or the
 * second of a double click, allows nothing.
 */
export function ApproveButton({ children, ...props }: AnswerButtonProps) {
  const labels = useLabels();
  const { approve } = useApprovalContext();
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), ARMED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <AnswerButton {...props} state="primary" ready={armed} give={approve}>
      {children ?? labels.approve}
    </AnswerButton>
  );
}

const ARMED_AFTER_MS = 500;

export interface DenyButtonProps extends AnswerButtonProps {
  readonly reason?: string | undefined;
  /** Comes first: what it prevents denies nothing, yet. */
  readonly onClick?: MouseEventHandler<HTMLButtonElement> | undefined;
  /** Receives the element, for those who move the focus. */
  readonly buttonRef?: Ref<HTMLButtonElement> | undefined;
}

export function DenyButton({ reason, onClick, children, ...props }: DenyButtonProps) {
  const labels = useLabels();
  const { deny } = useApprovalContext();
  return (
    <AnswerButton {...props} ready first={onClick} give={() => deny(reason)}>
      {children ?? labels.deny}
    </AnswerButton>
  );
}

interface GivenAnswer extends ComponentPropsWithoutRef<"button"> {
  readonly state?: string;
  readonly ready: boolean;
  readonly first?: MouseEventHandler<HTMLButtonElement> | undefined;
  readonly give: () => void;
  readonly buttonRef?: Ref<HTMLButtonElement> | undefined;
}

/** Never `disabled`, which would take the focus away while an answer is on its way. */
function AnswerButton({ state, ready, first, give, buttonRef, ...props }: GivenAnswer) {
  const part = usePart();
  const { connected, answer } = useApprovalContext();
  const works = ready && connected && answer.type !== "busy";
  return (
    <button
      {...props}
      ref={buttonRef}
      type="button"
      aria-disabled={!works}
      onClick={(event) => {
        first?.(event);
        if (works && !event.defaultPrevented) give();
      }}
      {...part("button", { state, className: props.className })}
    />
  );
}
