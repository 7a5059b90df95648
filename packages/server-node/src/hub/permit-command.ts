/**
 * Owns that nothing of a session is looked up for whoever may not act on it (X7). Which permission a command needs depends
 * on whether the session has a log, so before that is known either will do; the lane asks for the right one.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { authorize } from "./authorize.ts";
import type { HubCore } from "./core.ts";
import type { SubmitRequest } from "./hub.ts";
import type { Action } from "./hub-options.ts";
import type { Lane } from "./lane.ts";

type CommandAction = Extract<Action, "create" | "write">;

/** @param lane of a session in memory. @throws SessionStreamError as `authorize` */
export async function permitCommand(
  core: HubCore,
  { principal, session, command }: SubmitRequest,
  lane: Lane | null,
): Promise<CommandAction> {
  const ask = (action: CommandAction) => authorize(core, { principal, action, session, command });
  if (lane !== null) {
    const action = lane.state.isUnborn ? "create" : "write";
    await ask(action);
    return action;
  }
  try {
    await ask("write");
    return "write";
  } catch (error) {
    // Whoever does not answer is not asked again.
    if (error instanceof SessionStreamError && error.code === "timeout") throw error;
    // An app may know nothing to say of a session that does not exist yet. What it says of creating it counts.
    await ask("create");
    return "create";
  }
}
