import { SessionStreamError } from "@sessionstream/protocol";
import type { ChatPlugin } from "./chat-plugin.ts";

/**
 * Whether each event that a plugin says is some plugin's own. Else the hub would refuse it in the middle of a run.
 * @throws SessionStreamError `invalid_options`, naming the plugin and the event
 */
export function checkNeeds(plugins: readonly ChatPlugin[]): void {
  const known = new Set(plugins.flatMap(({ events }) => events));
  for (const { name, needs = [] } of plugins) {
    const missing = needs.find((event) => !known.has(event));
    if (missing === undefined) continue;
    const problem = `Chat plugin ${name} needs the plugin that declares ${missing.name} beside it.`;
    throw new SessionStreamError("invalid_options", problem);
  }
}
