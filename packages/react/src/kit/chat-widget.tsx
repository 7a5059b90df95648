/**
 * Owns the floating chat: a button in the corner, and a dialog that opens from it. The thread stays connected while the
 * dialog is closed, so that the button can tell of news.
 */
import type { ChatThread, RunPhase } from "@sessionstream/client";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { onStatus } from "../hooks/topic.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { ChatThreadProvider } from "../thread/chat-thread-provider.tsx";
import { useMayApprove } from "../thread/may-approve.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import type { ClientSource } from "../thread/use-owned-client.ts";
import { ChatIcon, CloseIcon } from "../widgets/icons/icons.tsx";
import { PanelBody, type PanelOptions, PanelScope } from "./chat-panel.tsx";
import { Root } from "./root.tsx";
import { type Opening, useOpening } from "./use-opening.ts";
import { useUnread } from "./use-unread.ts";

export type ChatWidgetProps = ClientSource &
  Omit<PanelOptions, "header"> & {
    readonly sessionId: string;
    /** `false`: approvals are shown without buttons, and nobody is called to them. Default: `true`. */
    readonly mayApprove?: boolean | undefined;
    readonly defaultOpen?: boolean | undefined;
    /** Whether a page that is loaded again in this tab shows the dialog as it was left. Default: `true`. */
    readonly rememberOpen?: boolean | undefined;
    /** Instead of the speech bubble. */
    readonly launcherIcon?: ReactNode;
  };

export function ChatWidget(props: ChatWidgetProps) {
  const { sessionId, mayApprove, defaultOpen = false, rememberOpen = true, launcherIcon, ...rest } = props;
  const opening = useOpening({ sessionId, defaultOpen, remember: rememberOpen });
  const { client, backend, outbox, url, headers, getToken, mappings, window, ...panel } = rest;
  // CAST: the same properties, taken apart from the panel's; the union got lost on the way.
  const source = { client, backend, outbox, url, headers, getToken, mappings, window } as ClientSource;
  return (
    <ChatThreadProvider {...source} sessionId={sessionId} mayApprove={mayApprove}>
      <PanelScope {...panel}>
        <FloatingChat panel={panel} launcherIcon={launcherIcon} opening={opening} />
      </PanelScope>
    </ChatThreadProvider>
  );
}

interface FloatingChatProps {
  readonly panel: PanelOptions;
  readonly launcherIcon: ReactNode;
  readonly opening: Opening;
}

function FloatingChat({ panel, launcherIcon, opening: { open, restored, setOpen } }: FloatingChatProps) {
  const part = usePart();
  const labels = useLabels();
  const dialogId = useId();
  const launcher = useRef<HTMLButtonElement>(null);
  const unread = useUnread(open);
  const phase = useSessionStream(knownPhase, { topic: onStatus });
  const answering = !open && phase === "running";
  const asking = useMayApprove() && !open && phase === "awaiting-input";
  const name = typeof panel.title === "string" ? panel.title : labels.title;
  const toSay = asking ? labels.announceAwaitingInput : unread ? labels.unread : "";
  const news = [labels.open, answering ? labels.answering : "", toSay].filter((said) => said !== "");

  const wasClosed = useRef(false);

  useEffect(() => {
    if (open || !wasClosed.current) return;
    wasClosed.current = false;
    // Not before: on a phone the button is hidden while the dialog is open, and cannot take the focus.
    launcher.current?.focus();
  }, [open]);

  const close = () => {
    wasClosed.current = true;
    setOpen(false);
  };
  const toggle = () => (open ? close() : setOpen(true));
  return (
    <Root theme={panel.theme}>
      <div {...part("widget", { state: open ? "open" : "closed" })}>
        {open ? <Dialog id={dialogId} panel={panel} takesFocus={!restored} close={close} /> : null}
        <button
          ref={launcher}
          type="button"
          aria-expanded={open}
          aria-haspopup="dialog"
          aria-controls={open ? dialogId : undefined}
          // Open, its state says that it closes; the dialog has a button of that name.
          aria-label={open ? name : news.join(". ")}
          onClick={toggle}
          {...part("launcher", { state: open ? "open" : "closed" })}
        >
          {open ? <CloseIcon /> : (launcherIcon ?? <ChatIcon />)}
          {answering ? <span {...part("activity")} /> : null}
          {toSay === "" ? null : <span {...part("unread")} />}
        </button>
        {/* A name is read when the focus comes to it, not when it changes. Open, the panel has a voice of its own. */}
        <div role="status" {...part("visually-hidden")}>
          {toSay}
        </div>
      </div>
    </Root>
  );
}

/** What the run is at, as far as can be known. */
function knownPhase({ getStatus }: ChatThread): RunPhase | null {
  const { hydration, run } = getStatus();
  return hydration.type === "ready" && run.type === "run" ? run.phase : null;
}

interface DialogProps {
  readonly id: string;
  readonly panel: PanelOptions;
  /** One that was left open before the page was loaded takes nothing from it. */
  readonly takesFocus: boolean;
  readonly close: () => void;
}

function Dialog({ id, panel, takesFocus, close }: DialogProps) {
  const part = usePart();
  const labels = useLabels();
  const { draft } = useThreadScope();
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!takesFocus) return;
    draft.focus();
    // The input may be disabled, and then cannot take it.
    if (!element.current?.contains(document.activeElement)) element.current?.focus();
  }, [draft, takesFocus]);

  const onKeyDown = (event: KeyboardEvent) => {
    // Escape that dismisses an input method's candidates is not meant for us.
    if (event.key === "Escape" && !event.nativeEvent.isComposing) close();
  };
  const closeButton = (
    <button type="button" aria-label={labels.close} onClick={close} {...part("close-button")}>
      <CloseIcon />
    </button>
  );
  return (
    <div
      id={id}
      ref={element}
      role="dialog"
      aria-label={typeof panel.title === "string" ? panel.title : labels.title}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      {...part("dialog")}
    >
      <PanelBody
        {...panel}
        headerActions={
          <>
            {panel.headerActions}
            {closeButton}
          </>
        }
      />
    </div>
  );
}
