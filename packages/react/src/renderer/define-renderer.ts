/**
 * Owns the pairing of an entity kind with what shows it. Typed by a schema that is needed at compile time only.
 * Does not check payloads: an entity that does not fit its renderer is caught by the boundary around it.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import type { PendingMessage, TimelineEntity } from "@sessionstream/client";
import type { JsonObject } from "@sessionstream/protocol";
import type { ComponentType, ReactNode } from "react";
import type { Payload } from "./payload.ts";

export interface RendererProps<P = JsonObject> {
  readonly entity: TimelineEntity<P>;
  readonly payload: P;
  /** Set while an own message is on its way; `entity` is then a stand-in with the same role and text. */
  readonly pending: PendingMessage | undefined;
}

export interface EntityRenderer {
  /** Wire name of the entity kind, or `"*"` for every kind without a renderer of its own. */
  readonly kind: string;
  /** `null`: entities of this kind are not shown. */
  readonly component: ComponentType<RendererProps> | null;
}

/** Exactly one of `component` (may use hooks; keep its identity) and `render` (a plain function). */
export type RendererDefinition<P> = { readonly kind: string } & (
  | { readonly component: ComponentType<RendererProps<P>> | null; readonly render?: never }
  | { readonly render: (props: RendererProps<P>) => ReactNode; readonly component?: never }
);

/** Without a schema the payload is a plain JSON object. */
export function defineRenderer(definition: RendererDefinition<JsonObject>): EntityRenderer;
/** By schema: `defineRenderer<typeof WeatherCardSchema>({ kind: "WeatherCard", render: ({ payload }) => … })`. */
export function defineRenderer<Schema extends DescMessage>(
  definition: RendererDefinition<Payload<Schema>>,
): EntityRenderer;
export function defineRenderer<P>({ kind, component, render }: RendererDefinition<P>): EntityRenderer {
  if (render === undefined) {
    // CAST: the server checked the payload against the kind's schema; P is that schema's JSON.
    return { kind, component: component as ComponentType<RendererProps> | null };
  }
  // Called, not mounted as a component: an inline function would be a new component type on every render.
  const Rendered = (props: RendererProps) =>
    // CAST: as above.
    render(props as unknown as RendererProps<P>);
  Rendered.displayName = `renderer(${kind})`;
  return { kind, component: Rendered };
}
