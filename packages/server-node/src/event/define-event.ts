import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { Upcaster } from "./upcaster.ts";

/** `server`: never leaves the process; `public`: subscribers may see it (reference peers as a uiEvent of this name). */
export type Visibility = "public" | "server";

/** Declares an event: a fact in a session's log, with one concrete payload schema. */
export interface EventType<Desc extends DescMessage = DescMessage> {
  readonly name: string;
  readonly schema: Desc;
  readonly visibility: Visibility;
  /** How payloads of older schemas are read; steps may build on one another. */
  readonly upcasters: readonly Upcaster[];
}

/** An event about to be published; the hub adds ordinal, id and time. */
export interface EventInput<Desc extends DescMessage = DescMessage> {
  readonly type: EventType<Desc>;
  readonly payload: MessageShape<Desc>;
}

/** An event in the log. `at` is milliseconds since the Unix epoch and never decreases within a session. */
export interface SessionEvent<Desc extends DescMessage = DescMessage> {
  readonly type: EventType<Desc>;
  readonly name: string;
  readonly id: string;
  readonly ordinal: bigint;
  readonly at: number;
  readonly payload: MessageShape<Desc>;
  /** Id of the command that caused it, if one did. */
  readonly commandId: string | undefined;
}

export function defineEvent<Desc extends DescMessage>(
  name: string,
  schema: Desc,
  options: { readonly visibility?: Visibility; readonly upcasters?: readonly Upcaster[] } = {},
): EventType<Desc> {
  return { name, schema, visibility: options.visibility ?? "public", upcasters: options.upcasters ?? [] };
}

/** Makes an event of `type`; missing fields take their zero values. */
export function event<Desc extends DescMessage>(type: EventType<Desc>, init: MessageInitShape<Desc>): EventInput<Desc> {
  return { type, payload: create(type.schema, init) };
}
