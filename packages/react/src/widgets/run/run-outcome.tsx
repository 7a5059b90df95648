import type { RunEntitySchema } from "@sessionstream/protocol/chat/v1";
import { useAction } from "../../hooks/use-action.ts";
import { useRun } from "../../hooks/use-run.ts";
import { errorText } from "../../labels/error-text.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import type { RendererProps } from "../../renderer/define-renderer.ts";
import type { Payload } from "../../renderer/payload.ts";
import { usePart } from "../../slots/use-part.ts";
import { useThreadScope } from "../../thread/thread-context.ts";
import { AlertIcon, RetryIcon, StopIcon } from "../icons/icons.tsx";

export type RunOutcomeProps = RendererProps<Payload<typeof RunEntitySchema>>;

/** Kind ChatRun: silent while all is well; says why an answer is missing or incomplete, and offers another try. */
export function RunOutcome({ entity, payload }: RunOutcomeProps) {
  const labels = useLabels();
  switch (payload.status) {
    case "CHAT_RUN_STATUS_QUEUED":
      return <RunLine state="queued" text={labels.runQueued} />;
    case "CHAT_RUN_STATUS_STOPPED":
      return <RunLine state="stopped" text={labels.runStopped} runId={entity.id} />;
    case "CHAT_RUN_STATUS_FAILED":
      return <RunCard state="failed" title={labels.runFailed} text={payload.error} runId={entity.id} />;
    case "CHAT_RUN_STATUS_INTERRUPTED":
      return (
        <RunCard state="interrupted" title={labels.runInterrupted} text={labels.runInterruptedBody} runId={entity.id} />
      );
    default:
      return null;
  }
}

interface RunLineProps {
  readonly state: "queued" | "stopped";
  readonly text: string;
  readonly runId?: string;
}

function RunLine({ state, text, runId }: RunLineProps) {
  const part = usePart();
  return (
    <div {...part("run-status", { state })}>
      {state === "stopped" ? <StopIcon /> : <span {...part("spinner")} />}
      <span>{text}</span>
      {runId === undefined ? null : <RetryRun runId={runId} />}
    </div>
  );
}

interface RunCardProps {
  readonly state: "failed" | "interrupted";
  readonly title: string;
  readonly text: string;
  readonly runId: string;
}

function RunCard({ state, title, text, runId }: RunCardProps) {
  const part = usePart();
  return (
    <section {...part("card", { state })}>
      <div {...part("card-header")}>
        <AlertIcon />
        <span {...part("card-title")}>{title}</span>
      </div>
      <div {...part("card-body")}>
        {text === "" ? null : <p>{text}</p>}
        <RetryRun runId={runId} />
      </div>
    </section>
  );
}

/** Only for the latest run: an answer to an older question would come after the newer one. */
function RetryRun({ runId }: { readonly runId: string }) {
  const part = usePart();
  const labels = useLabels();
  const { thread, draft } = useThreadScope();
  const run = useRun();
  const [state, retry] = useAction(() => thread.retryRun(runId));
  if (run.type !== "run" || run.id !== runId || run.active) return null;
  const onClick = () => {
    retry();
    // The button goes with the next try, and the keyboard would be left nowhere.
    draft.focus();
  };
  return (
    <>
      <button type="button" onClick={onClick} disabled={state.type === "busy"} {...part("button")}>
        <RetryIcon />
        <span>{labels.retryRun}</span>
      </button>
      {state.type === "failed" ? (
        <span {...part("notice", { state: "error" })}>{errorText(state.error, labels)}</span>
      ) : null}
    </>
  );
}
