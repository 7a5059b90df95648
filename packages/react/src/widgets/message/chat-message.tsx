import { entityKey } from "@sessionstream/protocol";
import type { ChatMessageEntitySchema } from "@sessionstream/protocol/chat/v1";
import { useEntity } from "../../hooks/use-entity.ts";
import type { RendererProps } from "../../renderer/define-renderer.ts";
import type { Payload } from "../../renderer/payload.ts";
import { Reasoning } from "../reasoning/reasoning.tsx";
import { AssistantMessage } from "./assistant-message.tsx";
import { Notice } from "./notice.tsx";
import { UserMessage } from "./user-message.tsx";

export type ChatMessageProps = RendererProps<Payload<typeof ChatMessageEntitySchema>>;

/** Kind ChatMessage: one widget per role. A role we do not know reads as the assistant's. */
export function ChatMessage({ entity, payload, pending }: ChatMessageProps) {
  const text = payload.content || payload.text;
  switch (payload.role) {
    case "user":
      return <UserMessage text={text} pending={pending} />;
    case "thinking":
      return <Reasoning text={text} streaming={payload.streaming} durationMs={entity.updatedAt - entity.createdAt} />;
    case "warning":
      return <Notice level="warning" text={text || payload.error} />;
    case "error":
      return <RunError text={text || payload.error} runId={payload.correlation?.runId ?? ""} />;
    default:
      return <AssistantMessage text={text} streaming={payload.streaming} error={payload.error} />;
  }
}

/** What made a run fail. Where the run itself is known, its card says so and can try again. */
function RunError({ text, runId }: { readonly text: string; readonly runId: string }) {
  const run = useEntity(entityKey("ChatRun", runId));
  return run?.payload["status"] === "CHAT_RUN_STATUS_FAILED" ? null : <Notice level="error" text={text} />;
}
