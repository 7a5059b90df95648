import type { ChatThread, TimelineEntity } from "@sessionstream/client";
import { anyOf, onStatus, onTimeline } from "./topic.ts";

const PREFIX = "ChatApproval/";

/** What tells of a change in `pendingApproval`. */
export const onApprovals = /* @__PURE__ */ anyOf(onStatus, onTimeline);

/** The first that the run waits for. Looked for only while it waits, which no token interrupts. */
export function pendingApproval({ getStatus, timeline }: ChatThread): TimelineEntity | undefined {
  const { run } = getStatus();
  if (run.type !== "run" || run.phase !== "awaiting-input") return undefined;
  const entities = timeline.getOrder().map((key) => (key.startsWith(PREFIX) ? timeline.getEntity(key) : undefined));
  return entities.find((entity) => entity?.payload["status"] === "CHAT_APPROVAL_STATUS_PENDING");
}
