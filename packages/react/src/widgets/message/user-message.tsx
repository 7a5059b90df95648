import type { PendingMessage } from "@sessionstream/client";
import { useAction } from "../../hooks/use-action.ts";
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
        {pending !== undefined && delivery?.type === "failed" ? (
          <FailedDelivery
            commandId={pending.commandId}
            message={delivery.error.message}
            retryable={delivery.error.retryable}
          />
        ) : null}
      </div>
    </article>
  );
}

interface FailedDeliveryProps {
  readonly commandId: string;
  readonly message: string;
  readonly retryable: boolean;
}

function FailedDelivery({ commandId, message, retryable }: FailedDeliveryProps) {
  const part = usePart();
  const labels = useLabels();
  const { thread, draft } = useThreadScope();
  const [, retry] = useAction(() => thread.retry(commandId));
  const discard = () => thread.discard(commandId);
  const edit = () => draft.offer(discard() ?? "");
  return (
    <>
      <span {...part("notice", { state: "error" })}>
        <AlertIcon />
        <span>
          {labels.sendFailed}. {message}
        </span>
      </span>
      <span {...part("message-actions")}>
        <button type="button" onClick={retryable ? retry : edit} {...part("button")}>
          {retryable ? labels.retry : labels.edit}
        </button>
        <button type="button" onClick={discard} {...part("button", { state: "quiet" })}>
          {labels.discard}
        </button>
      </span>
    </>
  );
}
