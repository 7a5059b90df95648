import type { ChatThread } from "@sessionstream/client";
import { entityKey } from "@sessionstream/protocol";
import type { AgentModeEntitySchema } from "@sessionstream/protocol/chat/v1";
import { anyOf, onStatus, onTimeline } from "../../hooks/topic.ts";
import { useSessionStream } from "../../hooks/use-session-stream.ts";
import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import type { RendererProps } from "../../renderer/define-renderer.ts";
import type { Payload } from "../../renderer/payload.ts";
import { usePart } from "../../slots/use-part.ts";
import { ChevronIcon, ModeIcon } from "../icons/icons.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { normaliseBullets } from "./normalise-bullets.ts";

export type AgentModeProps = RendererProps<Payload<typeof AgentModeEntitySchema>>;

/** Kind AgentMode: the agent changed the mode it works in. */
export function AgentMode({ payload: { title, from, to, analysis } }: AgentModeProps) {
  const labels = useLabels();
  return <AgentModeCard state="committed" title={title || labels.agentMode} from={from} to={to} analysis={analysis} />;
}

/** The mode the running answer seems to ask for, while it is not decided. Shown beside the log, so nothing to reload. */
export function AgentModePreview() {
  const part = usePart();
  const labels = useLabels();
  const { to, analysis } = useSessionStream(previewOf, { topic });
  if (to === "" && analysis === "") return null;
  return (
    <div {...part("row")}>
      <AgentModeCard state="preview" title={labels.agentModePreview} from="" to={to} analysis={analysis} />
    </div>
  );
}

export interface AgentModeCardProps {
  readonly state: "preview" | "committed";
  readonly title: string;
  readonly from: string;
  readonly to: string;
  /** As the model wrote it. */
  readonly analysis: string;
}

export function AgentModeCard({ state, title, from, to, analysis }: AgentModeCardProps) {
  const part = usePart();
  const text = normaliseBullets(analysis);
  return (
    <section {...part("card", { state })}>
      <div {...part("card-header")}>
        <ModeIcon />
        <span {...part("card-title")}>{showHidden(title)}</span>
        <ModeSwitch from={showHidden(from)} to={showHidden(to)} />
      </div>
      {text === "" ? null : (
        <div {...part("card-body")}>
          <Markdown text={text} streaming={state === "preview"} />
        </div>
      )}
    </section>
  );
}

function ModeSwitch({ from, to }: Pick<AgentModeCardProps, "from" | "to">) {
  const part = usePart();
  const labels = useLabels();
  if (to === "") return null;
  return (
    <>
      <span {...part("visually-hidden")}>{labels.agentModeSwitch(from, to)}</span>
      <span aria-hidden="true" {...part("mode-switch")}>
        {from === "" ? null : (
          <>
            <span {...part("mode", { state: "from" })}>{from}</span>
            <ChevronIcon />
          </>
        )}
        <span {...part("mode", { state: "to" })}>{to}</span>
      </span>
    </>
  );
}

const topic = anyOf(onStatus, onTimeline);
const NO_PREVIEW = { to: "", analysis: "" };

/** Of the run at work alone: what an ended run left behind, because nobody was there to take it away, is not shown. */
function previewOf({ timeline, getStatus }: ChatThread): Pick<AgentModeCardProps, "to" | "analysis"> {
  const { run } = getStatus();
  if (run.type !== "run" || !run.active) return NO_PREVIEW;
  const messageId = timeline.getEntity(entityKey("ChatRun", run.id))?.payload["messageId"];
  const shown = timeline.getEphemerals().find(({ key }) => key === `agent-mode/${String(messageId)}`)?.payload;
  if (typeof shown !== "object" || shown === null) return NO_PREVIEW;
  return { to: textOf(shown, "candidateMode"), analysis: textOf(shown, "analysis") };
}

/** Nobody has checked what is shown beside the log. */
function textOf(shown: object, name: string): string {
  const text: unknown = Reflect.get(shown, name);
  return typeof text === "string" ? text : "";
}
