import type { RunState } from "@sessionstream/client";
import { onStatus } from "./topic.ts";
import { useSessionStream } from "./use-session-stream.ts";

/** The active run, else the latest one. */
export function useRun(): RunState {
  return useSessionStream((thread) => thread.getStatus().run, { topic: onStatus });
}
