import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { EventType, SessionEvent } from "../event/define-event.ts";
import type { EntityKind } from "./define-entity-kind.ts";
import type { SessionView } from "./view.ts";

/**
 * What a projection wants changed.
 * - `put` writes the whole payload; equal to the old one it is no change.
 * - `append` adds text to one string field of an existing entity (and may set others): the way for streamed text,
 *   because nothing has to read or compare what is already there.
 * - `remove` takes the entity away; putting it again later creates it anew.
 */
export type EntityWrite =
  | {
      readonly op: "put";
      readonly kind: EntityKind;
      readonly id: string;
      readonly payload: MessageShape<DescMessage>;
      readonly commandId: string | undefined;
    }
  | {
      readonly op: "append";
      readonly kind: EntityKind;
      readonly id: string;
      readonly field: string;
      readonly text: string;
      readonly set: Readonly<Record<string, unknown>>;
    }
  | { readonly op: "remove"; readonly kind: EntityKind; readonly id: string };

/** Names of the singular string fields of a message. */
type TextField<Desc extends DescMessage> = {
  [Field in keyof MessageShape<Desc>]: MessageShape<Desc>[Field] extends string
    ? Field extends "$typeName"
      ? never
      : Field
    : never;
}[keyof MessageShape<Desc>] &
  string;

export function put<Desc extends DescMessage>(
  kind: EntityKind<Desc>,
  id: string,
  payload: MessageInitShape<Desc>,
  options: { readonly commandId?: string | undefined } = {},
): EntityWrite {
  return { op: "put", kind, id, payload: create(kind.schema, payload), commandId: options.commandId };
}

export function append<Desc extends DescMessage>(
  kind: EntityKind<Desc>,
  id: string,
  field: TextField<Desc>,
  text: string,
  set: Partial<MessageShape<Desc>> = {},
): EntityWrite {
  return { op: "append", kind, id, field, text, set };
}

export function remove<Desc extends DescMessage>(kind: EntityKind<Desc>, id: string): EntityWrite {
  return { op: "remove", kind, id };
}

/** Pure: same event and view, same writes. `view` is the state before the event. */
export type Project<Desc extends DescMessage> = (
  event: SessionEvent<Desc>,
  view: SessionView,
) => readonly EntityWrite[];

export interface EventHandler {
  readonly event: EventType;
  readonly project: Project<DescMessage>;
}

export function on<Desc extends DescMessage>(event: EventType<Desc>, project: Project<Desc>): EventHandler {
  // CAST: the hub calls `project` only with events of this type, found by name and checked against its schema.
  return { event, project: project as unknown as Project<DescMessage> };
}

/** Event → entity changes: the one place where a feature is written (L2). */
export interface Projection {
  readonly name: string;
  /** Part of the view's identity: raise it when the same log shall give other entities. */
  readonly version: number;
  /** The kinds this projection alone writes. */
  readonly writes: readonly EntityKind[];
  readonly on: readonly EventHandler[];
}

export function defineProjection(projection: Projection): Projection {
  return projection;
}
