/**
 * Owns the mappings of one backend: who is asked first, which events nobody knew, which entities cannot be restored.
 * A mapping that throws costs its own event only (L12); an unknown event is reported and never blocks (L8).
 */
import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { TimelineEntity } from "./entity.ts";
import type { MappingContext, TimelineMapping } from "./mapping.ts";
import type { BoundMutation } from "./mutation.ts";

export type MappingReport =
  /** Once per event name. */
  | { readonly type: "unhandled-event"; readonly name: string }
  | { readonly type: "mapping-failed"; readonly mapping: string; readonly event: string; readonly error: unknown };

export interface MappingCoverage {
  readonly mapping: string;
  readonly events: readonly string[];
  /** Why its entities are missing after a reload; `null` when they are not. */
  readonly notHydrated: string | null;
}

export interface MappingRegistry {
  /** The first mapping that knows the event answers; `[]` when nobody does. */
  event(name: string, payload: JsonObject, context: MappingContext): readonly BoundMutation[];
  /** A snapshot entity in the form live events give it. */
  entity(entity: TimelineEntity): TimelineEntity;
  coverage(): readonly MappingCoverage[];
}

/** @throws SessionStreamError `invalid_options` when two mappings have one name. */
export function createMappingRegistry(
  mappings: readonly TimelineMapping[],
  report: (report: MappingReport) => void,
): MappingRegistry {
  const names = new Set<string>();
  for (const { name } of mappings) {
    if (names.has(name)) throw new SessionStreamError("invalid_options", `Two timeline mappings are called "${name}"`);
    names.add(name);
  }
  const inOrder = mappings.toSorted((a, b) => a.priority - b.priority);
  const unhandled = new Set<string>();

  function attempt<Result>(mapping: TimelineMapping, event: string, failed: Result, run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      report({ type: "mapping-failed", mapping: mapping.name, event, error });
      return failed;
    }
  }

  return {
    event(name, payload, context) {
      for (const mapping of inOrder) {
        const mutations = attempt<readonly BoundMutation[] | null>(mapping, name, [], () =>
          mapping.event(name, payload, context),
        );
        if (mutations !== null) return mutations;
      }
      if (!unhandled.has(name)) {
        unhandled.add(name);
        report({ type: "unhandled-event", name });
      }
      return [];
    },
    entity(entity) {
      for (const mapping of inOrder) {
        const { hydration } = mapping;
        if (!hydration.supported) continue;
        const hydrated = attempt<TimelineEntity | null>(mapping, `hydrate ${entity.kind}`, entity, () =>
          hydration.entity(entity),
        );
        if (hydrated !== null) return hydrated;
      }
      return entity;
    },
    coverage: () =>
      inOrder.map((mapping) => ({
        mapping: mapping.name,
        events: mapping.eventNames,
        notHydrated: mapping.hydration.supported ? null : mapping.hydration.reason,
      })),
  };
}
