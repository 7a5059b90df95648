/** Owns asking the modules what a view calls for. */
import type { DueEffect } from "../effect/effect.ts";
import type { SessionView } from "../projection/view.ts";
import type { HubRegistry } from "./hub-registry.ts";

/** A module that throws names nothing, and stops nobody else's work. */
export function dueEffects(
  registry: HubRegistry,
  view: SessionView,
  onThrow: (error: unknown, module: string) => void,
): readonly DueEffect[] {
  return registry.due.flatMap(({ module, due }) => {
    try {
      return due(view);
    } catch (error) {
      onThrow(error, module);
      return [];
    }
  });
}

/** Names of the work that `after` calls for and `before` did not, as leases have them. */
export function newlyDue(registry: HubRegistry, before: SessionView, after: SessionView): readonly string[] {
  // Whoever starts them asks again, after the commit, and reports.
  const namesIn = (view: SessionView) =>
    dueEffects(registry, view, () => undefined).flatMap(({ key, runsIn }) => (runsIn === "every-process" ? [] : [key]));
  const known = new Set(namesIn(before));
  return namesIn(after).filter((name) => !known.has(name));
}
