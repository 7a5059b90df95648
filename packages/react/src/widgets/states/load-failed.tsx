import type { SessionStreamError } from "@sessionstream/protocol";
import { errorText } from "../../labels/error-text.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { useThreadScope } from "../../thread/thread-context.ts";
import { AlertIcon, RetryIcon } from "../icons/icons.tsx";

/** A thread that could not be loaded. Nothing about it may look like a thread without messages. */
export function LoadFailed({ error }: { readonly error: SessionStreamError }) {
  const part = usePart();
  const labels = useLabels();
  const { thread } = useThreadScope();
  return (
    <div {...part("load-failed")}>
      <AlertIcon />
      <h3 {...part("empty-title")}>{labels.loadFailedTitle}</h3>
      <p {...part("empty-body")}>{errorText(error, labels)}</p>
      <button type="button" onClick={thread.reconnect} {...part("button", { state: "primary" })}>
        <RetryIcon />
        <span>{labels.retry}</span>
      </button>
    </div>
  );
}
