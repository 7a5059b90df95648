import type { RunState } from "@sessionstream/client";
import { entityKey } from "@sessionstream/protocol";
import type { ToolCallEntitySchema, ToolResultEntitySchema } from "@sessionstream/protocol/chat/v1";
import { type ApprovalPayload, approvalStatus } from "../../hooks/use-approval.ts";
import { useEntity } from "../../hooks/use-entity.ts";
import { useRun } from "../../hooks/use-run.ts";
import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import type { RendererProps } from "../../renderer/define-renderer.ts";
import type { Payload } from "../../renderer/payload.ts";
import { useRenderers } from "../../renderer/renderer-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { Notice } from "../message/notice.tsx";
import { ScrollText } from "../scroll-text/scroll-text.tsx";
import { ApprovalBody } from "./approval-body.tsx";
import { prettyJson } from "./json-text.ts";
import { ToolCard } from "./tool-card.tsx";
import { ToolOutput } from "./tool-output.tsx";

export type ToolCallProps = RendererProps<Payload<typeof ToolCallEntitySchema>>;
export type ToolApprovalProps = RendererProps<ApprovalPayload>;
export type ToolResultProps = RendererProps<Payload<typeof ToolResultEntitySchema>>;

const callKey = (toolCallId: string) => entityKey("ChatToolCall", toolCallId);
const approvalKey = (toolCallId: string) => entityKey("ChatApproval", `${toolCallId}:approval`);
const resultKey = (toolCallId: string) => entityKey("ChatToolResult", `${toolCallId}:result`);

/** Kind ChatToolCall. Shows its approval and its result too, so that a call is one card and not three. */
export function ToolCall({ entity, payload }: ToolCallProps) {
  const labels = useLabels();
  const run = useRun();
  const approval = useShownApproval(entity.id);
  const decision = approval && approvalStatus(approval);
  const isAllowed = decision === undefined || decision === "approved";
  // What was allowed has a status of its own as soon as it runs.
  const word = isAllowed && payload.status !== "requested" ? undefined : decision;
  return (
    <ToolCard
      name={payload.toolName || entity.id}
      status={word ?? shownStatus(payload.status, run)}
      statusText={word && labels.approvalStatus[word]}
      defaultOpen={decision === "pending"}
    >
      <Input text={approval?.input ?? payload.input} />
      {approval === undefined ? null : <ApprovalBody approval={approval} />}
      {isAllowed ? <Outcome toolCallId={entity.id} error={payload.error} /> : null}
    </ToolCard>
  );
}

/** What was requested runs at once, unless the run waits for somebody's word on it or is over. */
function shownStatus(status: string, run: RunState): string {
  const held = run.type === "run" && (!run.active || run.phase === "awaiting-input");
  return status === "requested" && !held ? "running" : status;
}

function Input({ text }: { readonly text: string }) {
  const part = usePart();
  const labels = useLabels();
  const input = prettyJson(text);
  if (input === "") return null;
  return (
    <>
      <div {...part("card-label")}>{labels.toolInput}</div>
      <ScrollText name="preformatted" label={labels.toolInput}>
        {showHidden(input)}
      </ScrollText>
    </>
  );
}

/** Not of a call that nobody allowed: what stands there is meant for the model. */
function Outcome({ toolCallId, error }: { readonly toolCallId: string; readonly error: string }) {
  const part = usePart();
  const labels = useLabels();
  const result = useEntity(resultKey(toolCallId))?.payload;
  if (result === undefined) return error === "" ? null : <Notice level="error" text={error} />;
  return (
    <>
      <div {...part("card-label")}>{labels.toolResult}</div>
      <ToolOutput result={String(result["result"] ?? "")} error={String(result["error"] ?? "")} />
    </>
  );
}

/** Unless the app shows approvals in its own way. */
function useShownApproval(toolCallId: string): ApprovalPayload | undefined {
  const approval = useEntity(approvalKey(toolCallId));
  const isOurs = useRenderers().find("ChatApproval") === ToolApproval;
  // CAST: the server checked the payload against the kind's schema.
  return isOurs ? (approval?.payload as ApprovalPayload | undefined) : undefined;
}

/** Kind ChatApproval: part of its call's card; a card of its own where the call is out of reach, or the app's to show. */
export function ToolApproval({ payload }: ToolApprovalProps) {
  const labels = useLabels();
  const call = useEntity(callKey(payload.toolCallId));
  const isCallOurs = useRenderers().find("ChatToolCall") === ToolCall;
  if (call !== undefined && isCallOurs) return null;
  const status = approvalStatus(payload);
  return (
    <ToolCard
      name={payload.toolName || payload.toolCallId}
      status={status}
      statusText={labels.approvalStatus[status]}
      defaultOpen={status === "pending"}
    >
      <Input text={payload.input} />
      <ApprovalBody approval={payload} />
    </ToolCard>
  );
}

/** Kind ChatToolResult: part of its call's card; a card of its own only where the call is out of reach. */
export function ToolResult({ payload }: ToolResultProps) {
  const call = useEntity(callKey(payload.toolCallId));
  if (call !== undefined) return null;
  return (
    <ToolCard name={payload.toolName || payload.toolCallId} status={payload.status} defaultOpen>
      <ToolOutput result={payload.result} error={payload.error} />
    </ToolCard>
  );
}
