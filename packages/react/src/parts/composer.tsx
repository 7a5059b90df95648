/** Owns the composer's headless parts: a form, its input and its two buttons, wired by one `useComposer`. */
import {
  type ComponentPropsWithoutRef,
  createContext,
  type ReactNode,
  type Ref,
  useContext,
  useEffect,
  useImperativeHandle,
  useRef,
} from "react";
import { type ComposerView, type UseComposerOptions, useComposer } from "../hooks/use-composer.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { useThreadScope } from "../thread/thread-context.ts";

const ComposerContext = /* @__PURE__ */ createContext<ComposerView | null>(null);

export function useComposerContext(): ComposerView {
  const composer = useContext(ComposerContext);
  if (composer === null) throw new Error("This part belongs inside <Composer>.");
  return composer;
}

export interface ComposerProps extends Omit<ComponentPropsWithoutRef<"form">, "onSubmit">, UseComposerOptions {}

export function Composer({ busyPolicy, ...props }: ComposerProps) {
  const part = usePart();
  const composer = useComposer({ busyPolicy });
  const state = composer.disabled ? "disabled" : composer.canStop ? "running" : "idle";
  return (
    <ComposerContext.Provider value={composer}>
      <form {...props} {...composer.formProps} {...part("composer", { state, className: props.className })} />
    </ComposerContext.Provider>
  );
}

export interface ComposerInputProps
  extends Omit<ComponentPropsWithoutRef<"textarea">, "value" | "onChange" | "onKeyDown" | "disabled"> {
  /** Receives the element, for those who move the focus. */
  readonly inputRef?: Ref<HTMLTextAreaElement | null> | undefined;
}

export function ComposerInput({ inputRef, ...props }: ComposerInputProps) {
  const part = usePart();
  const labels = useLabels();
  const { draft } = useThreadScope();
  const { inputProps, text } = useComposerContext();
  const element = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle<HTMLTextAreaElement | null, HTMLTextAreaElement | null>(inputRef, () => element.current, []);

  useEffect(() => draft.bindFocus(() => element.current?.focus()), [draft]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text, which the element holds.
  useEffect(() => fitToText(element.current), [text]);

  return (
    <textarea
      rows={1}
      // An empty field takes the direction of the page, not that of no text.
      dir={text === "" ? undefined : "auto"}
      enterKeyHint="send"
      aria-label={labels.composer}
      placeholder={labels.composerPlaceholder}
      {...props}
      {...inputProps}
      ref={element}
      {...part("composer-input", { className: props.className })}
    />
  );
}

/** For browsers without `field-sizing`. Set through the CSSOM, which a content security policy does not forbid. */
function fitToText(element: HTMLTextAreaElement | null): void {
  if (element === null || (typeof CSS !== "undefined" && CSS.supports?.("field-sizing", "content"))) return;
  element.style.height = "auto";
  element.style.height = `${element.scrollHeight}px`;
}

interface ComposerButtonProps extends Omit<ComponentPropsWithoutRef<"button">, "type" | "disabled" | "onClick"> {
  readonly children?: ReactNode;
}

export function SendButton({ children, ...props }: ComposerButtonProps) {
  const part = usePart();
  const labels = useLabels();
  const { canSend } = useComposerContext();
  return (
    <button
      aria-label={labels.send}
      {...props}
      type="submit"
      disabled={!canSend}
      {...part("send-button", { className: props.className })}
    >
      {children ?? labels.send}
    </button>
  );
}

/** Shown while there is something to stop. */
export function StopButton({ children, ...props }: ComposerButtonProps) {
  const part = usePart();
  const labels = useLabels();
  const { canStop, stopping, stop } = useComposerContext();
  const { draft } = useThreadScope();
  if (!canStop) return null;
  const onClick = () => {
    stop();
    // The button goes when the run has stopped, and the keyboard would be left nowhere.
    draft.focus();
  };
  return (
    <button
      aria-label={stopping ? labels.stopping : labels.stop}
      {...props}
      type="button"
      onClick={onClick}
      disabled={stopping}
      {...part("stop-button", { state: stopping ? "stopping" : "ready", className: props.className })}
    >
      {children ?? labels.stop}
    </button>
  );
}
