/**
 * Owns what a composer does: the draft, when it may be sent, which keys send it. Does not own how it looks.
 * A sent text leaves the input at once and lives on as a row; if no row took it over, it comes back.
 */
import type { SendInput } from "@sessionstream/client";
import { type ChangeEvent, type KeyboardEvent, type SyntheticEvent, useCallback, useSyncExternalStore } from "react";
import { useThreadScope } from "../thread/thread-context.ts";
import { onStatus } from "./topic.ts";
import { type ActionState, useAction } from "./use-action.ts";
import { useSessionStream } from "./use-session-stream.ts";

export interface UseComposerOptions {
  /** What the server shall do with a message that is sent during a run. Default: the server's own policy. */
  readonly busyPolicy?: SendInput["busyPolicy"] | undefined;
}

export interface ComposerView {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** The thread could not be loaded or connected: nothing may be written. */
  readonly disabled: boolean;
  readonly canSend: boolean;
  /** A run can be stopped. */
  readonly canStop: boolean;
  readonly stopping: boolean;
  readonly stopState: ActionState;
  readonly submit: () => void;
  readonly stop: () => void;
  readonly formProps: { readonly onSubmit: (event: SyntheticEvent) => void };
  readonly inputProps: {
    readonly value: string;
    readonly disabled: boolean;
    readonly onChange: (event: ChangeEvent<HTMLTextAreaElement>) => void;
    readonly onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  };
}

export function useComposer({ busyPolicy }: UseComposerOptions = {}): ComposerView {
  const { thread, draft } = useThreadScope();
  const text = useSyncExternalStore(draft.subscribe, draft.get, draft.get);
  const { disabled, active, stopRequested } = useSessionStream(
    ({ getStatus }) => {
      const { connection, hydration, run } = getStatus();
      return {
        disabled: hydration.type === "failed" || connection.type === "failed" || connection.type === "closed",
        active: run.type === "run" && run.active,
        stopRequested: run.type === "run" && run.active && run.stopRequested,
      };
    },
    { topic: onStatus },
  );
  const [stopState, stop] = useAction(thread.stop);

  const canSend = !disabled && text.trim() !== "" && !(active && busyPolicy === "reject");

  const submit = useCallback(() => {
    // Not the text of the last render: who comes second in one moment finds nothing left to send (F-C2).
    const sent = draft.get().trim();
    if (!canSend || sent === "") return;
    draft.set("");
    thread.send({ text: sent, ...(busyPolicy === undefined ? {} : { busyPolicy }) }).catch(() => {
      // The failed row shows the error and offers to try again. Without one the text is only here.
      const kept = thread.getStatus().pending.some((message) => message.text === sent);
      if (!kept) draft.offer(sent);
    });
  }, [thread, draft, canSend, busyPolicy]);

  const onSubmit = useCallback(
    (event: SyntheticEvent) => {
      event.preventDefault();
      submit();
    },
    [submit],
  );
  const onChange = useCallback((event: ChangeEvent<HTMLTextAreaElement>) => draft.set(event.target.value), [draft]);
  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLTextAreaElement>) => {
      if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      submit();
    },
    [submit],
  );

  return {
    text,
    setText: draft.set,
    disabled,
    canSend,
    canStop: active,
    stopping: stopRequested || stopState.type === "busy",
    stopState,
    submit,
    stop,
    formProps: { onSubmit },
    inputProps: { value: text, disabled, onChange, onKeyDown },
  };
}

/** Enter that picks a candidate of an input method. Safari ends the composition before the key: only 229 tells there. */
function isComposing({ nativeEvent, keyCode }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || keyCode === 229;
}
