import { atOnce } from "../../platform/hooks.ts";
import type { SessionView } from "../../projection/view.ts";
import type { ChatPlugin, RunInput, RunRef } from "../plugins/chat-plugin.ts";

/**
 * What a run has asked of people, over all plugins: as long as one of them waits for somebody, the run does. One that
 * throws has asked nothing.
 */
export function runInput(
  plugins: readonly ChatPlugin[],
  run: RunRef,
  view: SessionView,
  onThrow: (error: unknown, plugin: string) => void,
): RunInput | null {
  const inputs = plugins.flatMap((plugin) => {
    try {
      return atOnce(plugin.input?.(run, view), `\`input\` of plugin ${plugin.name}`) ?? [];
    } catch (error) {
      onThrow(error, plugin.name);
      return [];
    }
  });
  const given = inputs.filter((input) => input.type === "given");
  if (given.length < inputs.length) return { type: "pending" };
  if (given.length === 0) return null;
  return {
    type: "given",
    events: given.flatMap(({ events }) => events),
    answers: given.flatMap(({ answers }) => answers),
  };
}
