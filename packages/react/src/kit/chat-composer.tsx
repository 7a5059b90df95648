import type { SendInput } from "@sessionstream/client";
import { errorText } from "../labels/error-text.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { Composer, ComposerInput, SendButton, StopButton, useComposerContext } from "../parts/composer.tsx";
import { usePart } from "../slots/use-part.ts";
import { SendIcon, StopIcon } from "../widgets/icons/icons.tsx";

export interface ChatComposerProps {
  readonly placeholder?: string | undefined;
  readonly busyPolicy?: SendInput["busyPolicy"] | undefined;
}

export function ChatComposer({ placeholder, busyPolicy }: ChatComposerProps) {
  const part = usePart();
  return (
    <Composer busyPolicy={busyPolicy}>
      <div {...part("composer-box")}>
        <ComposerInput {...(placeholder === undefined ? {} : { placeholder })} />
        <Buttons />
      </div>
      <Hint />
    </Composer>
  );
}

/** One round button: stop while an answer runs, send as soon as there is something to send. */
function Buttons() {
  const { canStop, canSend } = useComposerContext();
  return (
    <>
      <StopButton>
        <StopIcon />
      </StopButton>
      {canStop && !canSend ? null : (
        <SendButton>
          <SendIcon />
        </SendButton>
      )}
    </>
  );
}

function Hint() {
  const part = usePart();
  const labels = useLabels();
  const { stopState, disabled } = useComposerContext();
  if (disabled) return null;
  if (stopState.type !== "failed") return <p {...part("composer-hint")}>{labels.composerHint}</p>;
  return (
    <p role="alert" {...part("composer-hint", { state: "error" })}>
      {errorText(stopState.error, labels)}
    </p>
  );
}
