/** Owns one thread in a list: what it shows, and the disclosure with what can be done to it. */
import type { ThreadActions, ThreadEntry } from "@sessionstream/client/threads";
import { TITLE_LENGTH } from "@sessionstream/protocol";
import { type KeyboardEvent, type SyntheticEvent, useId, useRef, useState } from "react";
import { usePart } from "../slots/use-part.ts";
import { useThreadsScope } from "./threads-context.tsx";

export interface ThreadItemProps {
  readonly thread: ThreadEntry;
  readonly isOpen: boolean;
  readonly now: number;
  readonly onOpen: (sessionId: string) => void;
  /** Runs one of the actions; its failure is shown by the list. */
  readonly onAct: (act: (actions: ThreadActions) => Promise<unknown>) => void;
}

export function ThreadItem({ thread, isOpen, now, onOpen, onAct }: ThreadItemProps) {
  const part = usePart();
  const { labels } = useThreadsScope();
  const [isExpanded, setExpanded] = useState(false);
  const disclosure = useRef<HTMLButtonElement>(null);
  const id = useId();
  const { sessionId, preview, unread, pinned, muted } = thread;
  const title = thread.title || labels.untitled;
  const marks = [pinned ? labels.pinned : [], muted ? labels.muted : []].flat().join(" · ");

  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !isExpanded) return;
    event.stopPropagation();
    setExpanded(false);
    disclosure.current?.focus();
  }

  return (
    <li onKeyDown={closeOnEscape} {...part("thread", { state: isOpen ? "open" : unread > 0 ? "unread" : "read" })}>
      <div {...part("thread-row")}>
        <button
          type="button"
          aria-current={isOpen ? "true" : undefined}
          onClick={() => onOpen(sessionId)}
          {...part("thread-open")}
        >
          <span dir="auto" {...part("thread-title")}>
            {title}
          </span>
          <time dateTime={new Date(thread.lastActivityAt).toISOString()} {...part("thread-time")}>
            {labels.when(thread.lastActivityAt, now)}
          </time>
          <span dir="auto" {...part("thread-preview")}>
            {preview}
          </span>
          {marks === "" ? null : <span {...part("thread-mark")}>{marks}</span>}
          {unread > 0 ? (
            <span {...part("thread-unread", { state: muted ? "muted" : undefined })}>
              <span aria-hidden="true">{labels.unreadCount(unread)}</span>
              <span {...part("visually-hidden")}>{labels.unread(unread)}</span>
            </span>
          ) : null}
        </button>
        <button
          ref={disclosure}
          type="button"
          aria-label={labels.actionsOf(title)}
          aria-expanded={isExpanded}
          aria-controls={isExpanded ? id : undefined}
          onClick={() => setExpanded(!isExpanded)}
          {...part("thread-more")}
        >
          <span aria-hidden="true">⋯</span>
        </button>
      </div>
      {isExpanded ? (
        <fieldset id={id} aria-label={labels.actionsOf(title)} {...part("thread-actions")}>
          <ThreadActionButtons thread={thread} onAct={onAct} />
        </fieldset>
      ) : null}
    </li>
  );
}

type Step = "choosing" | "renaming" | "removing";

function ThreadActionButtons({ thread, onAct }: Pick<ThreadItemProps, "thread" | "onAct">) {
  const part = usePart();
  const { labels } = useThreadsScope();
  const [step, setStep] = useState<Step>("choosing");
  const { sessionId, pinned, muted, archived } = thread;

  function rename(event: SyntheticEvent<HTMLFormElement>): void {
    event.preventDefault();
    const title = new FormData(event.currentTarget).get("title");
    setStep("choosing");
    onAct((actions) => actions.rename(sessionId, String(title ?? "")));
  }

  if (step === "renaming") {
    return (
      <form onSubmit={rename} {...part("thread-rename")}>
        <input
          // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed.
          autoFocus
          name="title"
          maxLength={TITLE_LENGTH}
          defaultValue={thread.title}
          aria-label={labels.title}
          {...part("thread-input")}
        />
        <button type="submit" {...part("button")}>
          {labels.save}
        </button>
      </form>
    );
  }
  const button = (label: string, act: (actions: ThreadActions) => Promise<unknown>) => (
    <button type="button" onClick={() => onAct(act)} {...part("button")}>
      {label}
    </button>
  );
  return (
    <>
      <button type="button" onClick={() => setStep("renaming")} {...part("button")}>
        {labels.rename}
      </button>
      {pinned
        ? button(labels.unpin, (actions) => actions.unpin(sessionId))
        : button(labels.pin, (actions) => actions.pin(sessionId))}
      {muted
        ? button(labels.unmute, (actions) => actions.unmute(sessionId))
        : button(labels.mute, (actions) => actions.mute(sessionId))}
      {archived
        ? button(labels.moveBack, (actions) => actions.unarchive(sessionId))
        : button(labels.moveToArchive, (actions) => actions.archive(sessionId))}
      <button
        type="button"
        onClick={() => (step === "removing" ? onAct((actions) => actions.remove(sessionId)) : setStep("removing"))}
        onBlur={() => setStep("choosing")}
        {...part("button", { state: "danger" })}
      >
        {step === "removing" ? labels.reallyRemove : labels.remove}
      </button>
    </>
  );
}
