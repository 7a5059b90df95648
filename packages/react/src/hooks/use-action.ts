import { SessionStreamError } from "@sessionstream/protocol";
import { useCallback, useEffect, useRef, useState } from "react";

export type ActionState =
  | { readonly type: "idle" }
  | { readonly type: "busy" }
  | { readonly type: "failed"; readonly error: SessionStreamError };

const IDLE: ActionState = { type: "idle" };

/** Follows an asynchronous command of a button: one at a time, and its failure is there to be shown. */
export function useAction(command: () => Promise<void>): readonly [state: ActionState, run: () => void] {
  const [state, setState] = useState<ActionState>(IDLE);
  const latest = useRef(command);
  useEffect(() => {
    latest.current = command;
  });
  const busy = useRef(false);

  const run = useCallback(() => {
    if (busy.current) return;
    busy.current = true;
    setState({ type: "busy" });
    latest
      .current()
      .then(
        () => setState(IDLE),
        (thrown: unknown) => setState({ type: "failed", error: SessionStreamError.from(thrown) }),
      )
      .finally(() => {
        busy.current = false;
      });
  }, []);
  return [state, run];
}
