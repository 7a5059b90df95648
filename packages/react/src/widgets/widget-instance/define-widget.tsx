/**
 * Owns the pairing of a widget's name with what shows it. A widget is a renderer of a kind that no entity has, so it is
 * registered, scoped and replaced as renderers are.
 */
import type { JsonObject } from "@sessionstream/protocol";
import type { WidgetInstanceEntitySchema } from "@sessionstream/protocol/chat/v1";
import type { ComponentType } from "react";
import { defineRenderer, type EntityRenderer, type RendererProps } from "../../renderer/define-renderer.ts";
import type { Payload } from "../../renderer/payload.ts";

export type WidgetInstanceProps = RendererProps<Payload<typeof WidgetInstanceEntitySchema>>;

/** `failed`: what arrived before is still there. */
export type WidgetState = "streaming" | "ready" | "failed";

export interface WidgetProps<P extends object = JsonObject> {
  readonly instanceId: string;
  readonly state: WidgetState;
  /** As the engine wrote them so far. Nobody has checked them, so any may be missing. */
  readonly props: Readonly<Partial<P>>;
  /** `""` unless it failed. */
  readonly error: string;
}

/** `renderers={[defineWidget("product-carousel", ProductCarousel)]}` */
export function defineWidget<P extends object = JsonObject>(
  name: string,
  component: ComponentType<WidgetProps<P>>,
): EntityRenderer {
  const Widget = component;
  function Instance({ entity, payload }: WidgetInstanceProps) {
    // CAST: the properties are what the engine and the component agreed on; `WidgetProps` says that they are unchecked.
    const props = (payload.props ?? {}) as Partial<P>;
    return (
      <Widget instanceId={entity.id} state={widgetState({ entity, payload })} props={props} error={payload.error} />
    );
  }
  Instance.displayName = `widget(${name})`;
  return defineRenderer<typeof WidgetInstanceEntitySchema>({ kind: widgetKind(name), component: Instance });
}

/** Kinds contain no colon, so it is no entity's. */
export function widgetKind(name: string): string {
  return `widget:${name}`;
}

/** A status we do not know is judged by whether the entity is settled. */
export function widgetState({ entity, payload }: Pick<WidgetInstanceProps, "entity" | "payload">): WidgetState {
  switch (payload.status) {
    case "WIDGET_STATUS_DRAFT":
    case "WIDGET_STATUS_STREAMING":
      return "streaming";
    case "WIDGET_STATUS_READY":
      return "ready";
    case "WIDGET_STATUS_ERROR":
      return "failed";
    default:
      return entity.open ? "streaming" : "ready";
  }
}
