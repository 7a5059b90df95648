/**
 * Owns how UI events of reference servers become timeline mutations, and how those servers' snapshot entities are
 * brought into the same form. Knows no event by name: mappings do (see pinocchio/).
 */
import type { JsonObject, SessionId } from "@sessionstream/protocol";
import { produce } from "immer";
import type { TimelineEntity } from "./entity.ts";
import type { BoundMutation, TimelineMutation } from "./mutation.ts";

export interface MappingContext {
  readonly sessionId: SessionId;
  readonly ordinal: bigint;
}

/** `null`: not mine after all. `[]`: mine, and nothing to show. */
export type EventMapper = (payload: JsonObject, context: MappingContext) => readonly TimelineMutation[] | null;

/** How a mapping's entities come back from a snapshot. What cannot come back says why; the coverage report shows it. */
export type HydrationPolicy =
  | { readonly supported: true; readonly entity: (entity: TimelineEntity) => TimelineEntity | null }
  | { readonly supported: false; readonly reason: string };

export interface TimelineMapping {
  /** Unique within a registry. */
  readonly name: string;
  /** Lower first; equal ones in the order they were registered. */
  readonly priority: number;
  readonly eventNames: readonly string[];
  event(name: string, payload: JsonObject, context: MappingContext): readonly BoundMutation[] | null;
  readonly hydration: HydrationPolicy;
}

export interface TimelineMappingDefinition {
  readonly name: string;
  /** Default 0. */
  readonly priority?: number;
  /** One mapper per UI event name. */
  readonly on: Readonly<Record<string, EventMapper>>;
  /** A function: snapshot entity → the form live events give it; `null` = not mine. Or the reason why there is none. */
  readonly hydrate: ((entity: TimelineEntity) => TimelineEntity | null) | { readonly unsupported: string };
}

export function defineTimelineMapping(definition: TimelineMappingDefinition): TimelineMapping {
  const { name, priority = 0, hydrate } = definition;
  const mappers = new Map(Object.entries(definition.on));
  return {
    name,
    priority,
    eventNames: [...mappers.keys()],
    event: (event, payload, context) => mappers.get(event)?.(payload, context)?.map(bind) ?? null,
    hydration:
      typeof hydrate === "function"
        ? { supported: true, entity: hydrate }
        : { supported: false, reason: hydrate.unsupported },
  };
}

/** The only place that meets immer, so that a client without mappings carries none of it. */
function bind(mutation: TimelineMutation): BoundMutation {
  if (mutation.type !== "update") return mutation;
  const { recipe, ...target } = mutation;
  // CAST: a recipe may write anything JSON; immer gives back a payload of the same form.
  return { ...target, change: produce(recipe as (draft: object) => void) as (payload: JsonObject) => JsonObject };
}
