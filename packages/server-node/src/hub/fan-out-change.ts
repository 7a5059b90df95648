import type { CommittedChange } from "../fan-out/committed-change.ts";
import type { LaneContext } from "./lane-context.ts";

/** Step 7. Whatever happens in there, the commit has happened and its publishers are answered (L6). */
export function fanOutChange({ core, session, fanOut }: LaneContext, change: CommittedChange): void {
  try {
    fanOut.commit(change);
  } catch (error) {
    core.errors.report({ kind: "fan-out", error, subject: "commit", session, ordinal: change.ordinal });
  }
}
