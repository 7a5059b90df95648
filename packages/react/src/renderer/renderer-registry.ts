import type { ComponentType } from "react";
import type { EntityRenderer, RendererProps } from "./define-renderer.ts";

export interface RendererRegistry {
  readonly renderers: readonly EntityRenderer[];
  /** `null`: not shown. `undefined`: nobody knows this kind. */
  find(kind: string): ComponentType<RendererProps> | null | undefined;
}

/** Later renderers of a kind win. A renderer of the kind itself wins over `"*"`, wherever either was registered. */
export function createRendererRegistry(renderers: readonly EntityRenderer[]): RendererRegistry {
  const byKind = new Map(renderers.map(({ kind, component }) => [kind, component]));
  return {
    renderers,
    find: (kind) => (byKind.has(kind) ? byKind.get(kind) : byKind.get("*")),
  };
}
