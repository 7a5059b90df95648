import type { DueEffect } from "../../effect/effect.ts";
import { atOnce } from "../../platform/hooks.ts";
import type { SessionView } from "../../projection/view.ts";
import type { ChatPlugin } from "./chat-plugin.ts";

/**
 * Work that plugins call for. One that throws keeps nobody else's from being done, and is reported where work is: it
 * calls for its own failure (L12).
 */
export function pluginDue(plugins: readonly ChatPlugin[]): (view: SessionView) => readonly DueEffect[] {
  return (view) =>
    plugins.flatMap((plugin) => {
      try {
        return atOnce(plugin.due?.(view), `\`due\` of plugin ${plugin.name}`) ?? [];
      } catch (error) {
        const name = `chat-plugin ${plugin.name}`;
        return [{ key: name, name, run: () => Promise.reject(error) }];
      }
    });
}
