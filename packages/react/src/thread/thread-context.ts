import { createContext, useContext } from "react";
import type { Draft } from "./draft.ts";
import type { LeasedThread } from "./leased-thread.ts";
import type { Value } from "./value.ts";

export interface ThreadScope {
  readonly thread: LeasedThread;
  readonly draft: Draft;
  /** Whether the reader is where new messages appear. The transcript says so; whoever marks what was read asks. */
  readonly reading: Value<boolean>;
}

export const ThreadContext = /* @__PURE__ */ createContext<ThreadScope | null>(null);

/** @throws Error outside of a provider. */
export function useThreadScope(): ThreadScope {
  const scope = useContext(ThreadContext);
  if (scope === null) {
    throw new Error("No chat thread here: put this component inside <ChatThreadProvider> or <ChatWidget>.");
  }
  return scope;
}
