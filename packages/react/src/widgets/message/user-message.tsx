import type { PendingMessage } from "@sessionstream/client";
import type { SessionStreamError } from "@sessionstream/protocol";
import { useAction } from "../../hooks/use-action.ts";
import { errorText } from "../../labels/error-text.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { useThreadScope } from "../../thread/thread-context.ts";
import { AlertIcon } from "../icons/icons.tsx";

export interface UserMessageProps {
  readonly text: string;
  readonly pending?: PendingMessage | undefined;
}

/** An own message from the keystroke on. The same elements serve every state, so that confirmation remounts nothing. */
export function UserMessage({ text, pending }: UserMessageProps) {
  const part = usePart();
  const labels = useLabels();
  const delivery = pending?.delivery;
  const state = delivery === undefined || delivery.type === "accepted" ? "sent" : delivery.type;
  return (
    <article data-role="user" {...part("message", { state })}>
      <h3 {...part("visually-hidden")}>{labels.you}</h3>
      <div dir="auto" {...part("bubble")}>
        {text}
      </div>
      <div {...part("message-meta")}>
        {state === "queued" ? labels.waitingToSend : state === "sending" ? labels.sending : null}
        {pending !== undefined && delivery?.type === "queued" ? <DiscardButton commandId={pending.commandId} /> : null}
        {pending !== undefined && delivery?.type === "failed" ? (
          <FailedDelivery commandId={pending.commandId} error={delivery.error} />
        ) : null}
      </div>
    </article>
  );
}

interface FailedDeliveryProps {
  readonly commandId: string;
  readonly error: SessionStreamError;
}

function FailedDelivery({ commandId, error }: FailedDeliveryProps) {
  const part = usePart();
  const labels = useLabels();
  const { thread, draft } = useThreadScope();
  const [, retry] = useAction(() => thread.retry(commandId));
  const edit = () => draft.offer(thread.discard(commandId) ?? "");
  return (
    <>
      <span {...part("notice", { state: "error" })}>
        <AlertIcon />
        <span>
          {labels.sendFailed}. {errorText(error, labels)}
        </span>
      </span>
      <span {...part("message-actions")}>
        <button type="button" onClick={error.retryable ? retry : edit} {...part("button")}>
          {error.retryable ? labels.retry : labels.edit}
        </button>
        <DiscardButton commandId={commandId} />
      </span>
    </>
  );
}

/** Nothing of it was sent, or nothing will be: it can be taken away without a trace. */
function DiscardButton({ commandId }: Pick<FailedDeliveryProps, "commandId">) {
  const part = usePart();
  const labels = useLabels();
  const { thread, draft } = useThreadScope();
  const onClick = () => {
    thread.discard(commandId);
    // The button goes with its row, and the keyboard would be left nowhere.
    draft.focus();
  };
  return (
    <button type="button" onClick={onClick} {...part("button", { state: "quiet" })}>
      {labels.discard}
    </button>
  );
}
