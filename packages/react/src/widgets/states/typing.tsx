import type { ChatThread, TimelineEntity } from "@sessionstream/client";
import { type EntityKey, entityKey } from "@sessionstream/protocol";
import { anyOf, onOrder, onRows, onStatus } from "../../hooks/topic.ts";
import { useEntity } from "../../hooks/use-entity.ts";
import { useRun } from "../../hooks/use-run.ts";
import { useSessionStream } from "../../hooks/use-session-stream.ts";
import { usePart } from "../../slots/use-part.ts";

const topic = anyOf(onStatus, onOrder);

/** Three dots while a run works and the last row does not show it. None while nobody can know whether it still works. */
export function Typing() {
  const part = usePart();
  const run = useRun();
  const last = useSessionStream((thread) => thread.getRows().at(-1), { topic: onRows });
  const entity = useEntity(last?.type === "entity" ? last.entity : undefined);
  const call = useEntity(entity?.kind === "ChatApproval" ? callOf(entity) : undefined);
  const current = useSessionStream((thread) => thread.getStatus().hydration.type === "ready", { topic: onStatus });
  const queued = useSessionStream(newestRunIsQueued, { topic });
  const waits = last?.type === "pending" && ["failed", "queued"].includes(last.message.delivery.type);
  const busy = entity?.open === true || call?.open === true || waits || queued;
  if (!current || run.type !== "run" || run.phase !== "running" || busy) return null;
  return (
    <div aria-hidden="true" {...part("typing")}>
      <span />
      <span />
      <span />
    </div>
  );
}

/** An allowed call shows its work itself, in the card they share. */
function callOf({ payload }: TimelineEntity): EntityKey {
  return entityKey("ChatToolCall", String(payload["toolCallId"]));
}

/** Then the last row is a question that says so itself, and the answer that is written stands above it. */
function newestRunIsQueued({ timeline }: ChatThread): boolean {
  const key = timeline.getOrder().findLast((candidate) => candidate.startsWith("ChatRun/"));
  return key !== undefined && timeline.getEntity(key)?.payload["status"] === "CHAT_RUN_STATUS_QUEUED";
}
