import type { RunState } from "@sessionstream/client";
import { entityKey } from "@sessionstream/protocol";
import type { ToolCallEntitySchema, ToolResultEntitySchema } from "@sessionstream/protocol/chat/v1";
import { useEntity } from "../../hooks/use-entity.ts";
import { useRun } from "../../hooks/use-run.ts";
import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import type { RendererProps } from "../../renderer/define-renderer.ts";
import type { Payload } from "../../renderer/payload.ts";
import { usePart } from "../../slots/use-part.ts";
import { Notice } from "../message/notice.tsx";
import { ScrollText } from "../scroll-text/scroll-text.tsx";
import { ToolCard } from "./tool-card.tsx";
import { ToolOutput } from "./tool-output.tsx";
import { prettyJson } from "./tool-status.ts";

export type ToolCallProps = RendererProps<Payload<typeof ToolCallEntitySchema>>;
export type ToolResultProps = RendererProps<Payload<typeof ToolResultEntitySchema>>;

const resultKey = (toolCallId: string) => entityKey("ChatToolResult", `${toolCallId}:result`);

/** Kind ChatToolCall. Shows its result too, so that a call is one card and not two. */
export function ToolCall({ entity, payload }: ToolCallProps) {
  const part = usePart();
  const labels = useLabels();
  const result = useEntity(resultKey(entity.id))?.payload;
  const input = prettyJson(payload.input);
  return (
    <ToolCard name={payload.toolName || entity.id} status={shownStatus(payload.status, useRun())}>
      {input === "" ? null : (
        <>
          <div {...part("card-label")}>{labels.toolInput}</div>
          <ScrollText name="preformatted" label={labels.toolInput}>
            {showHidden(input)}
          </ScrollText>
        </>
      )}
      {result === undefined ? null : (
        <>
          <div {...part("card-label")}>{labels.toolResult}</div>
          <ToolOutput result={String(result["result"] ?? "")} error={String(result["error"] ?? "")} />
        </>
      )}
      {result === undefined && payload.error !== "" ? <Notice level="error" text={payload.error} /> : null}
    </ToolCard>
  );
}

/** What was requested runs at once, unless the run waits for somebody's word on it or is over. */
function shownStatus(status: string, run: RunState): string {
  const held = run.type === "run" && (!run.active || run.phase === "awaiting-input");
  return status === "requested" && !held ? "running" : status;
}

/** Kind ChatToolResult: part of its call's card; a card of its own only where the call is out of reach. */
export function ToolResult({ payload }: ToolResultProps) {
  const call = useEntity(entityKey("ChatToolCall", payload.toolCallId));
  if (call !== undefined) return null;
  return (
    <ToolCard name={payload.toolName || payload.toolCallId} status={payload.status} defaultOpen>
      <ToolOutput result={payload.result} error={payload.error} />
    </ToolCard>
  );
}
