import { onRows } from "../../hooks/topic.ts";
import { useEntity } from "../../hooks/use-entity.ts";
import { useRun } from "../../hooks/use-run.ts";
import { useSessionStream } from "../../hooks/use-session-stream.ts";
import { usePart } from "../../slots/use-part.ts";

/** Three dots while a run works and nothing of it is visibly under way. */
export function Typing() {
  const part = usePart();
  const run = useRun();
  const last = useSessionStream((thread) => thread.getRows().at(-1), { topic: onRows });
  const entity = useEntity(last?.type === "entity" ? last.entity : undefined);
  if (run.type !== "run" || run.phase !== "running" || entity?.open === true) return null;
  return (
    <div aria-hidden="true" {...part("typing")}>
      <span />
      <span />
      <span />
    </div>
  );
}
