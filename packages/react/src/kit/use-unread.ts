import { useEffect, useState } from "react";
import { anyOf, onRows, onStatus } from "../hooks/topic.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { useThreadScope } from "../thread/thread-context.ts";

const topic = anyOf(onRows, onStatus);

/** Whether something new arrived while nobody looked. What was there when the thread was first loaded is not new. */
export function useUnread(open: boolean): boolean {
  const { thread } = useThreadScope();
  const newest = useSessionStream(
    () => (thread.getStatus().hydration.type === "ready" ? (thread.getRows().at(-1)?.key ?? "") : null),
    { topic },
  );
  const [seen, setSeen] = useState<string | null>(null);

  useEffect(() => {
    if (newest !== null && (open || seen === null)) setSeen(newest);
  }, [newest, open, seen]);
  return !open && seen !== null && newest !== null && newest !== seen;
}
