import { onRows, onStatus } from "../../hooks/topic.ts";
import { useEntity } from "../../hooks/use-entity.ts";
import { useRun } from "../../hooks/use-run.ts";
import { useSessionStream } from "../../hooks/use-session-stream.ts";
import { usePart } from "../../slots/use-part.ts";

/** Three dots while a run works and the last row does not show it. None while nobody can know whether it still works. */
export function Typing() {
  const part = usePart();
  const run = useRun();
  const last = useSessionStream((thread) => thread.getRows().at(-1), { topic: onRows });
  const entity = useEntity(last?.type === "entity" ? last.entity : undefined);
  const busy = entity?.open === true || (last?.type === "pending" && last.message.delivery.type === "failed");
  const current = useSessionStream((thread) => thread.getStatus().hydration.type === "ready", { topic: onStatus });
  if (!current || run.type !== "run" || run.phase !== "running" || busy) return null;
  return (
    <div aria-hidden="true" {...part("typing")}>
      <span />
      <span />
      <span />
    </div>
  );
}
