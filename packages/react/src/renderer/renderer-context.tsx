import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { EntityRenderer } from "./define-renderer.ts";
import { createRendererRegistry, type RendererRegistry } from "./renderer-registry.ts";

const NONE: readonly EntityRenderer[] = [];

const RendererContext = /* @__PURE__ */ createContext<RendererRegistry>(/* @__PURE__ */ createRendererRegistry(NONE));

export function useRenderers(): RendererRegistry {
  return useContext(RendererContext);
}

export interface RendererProviderProps {
  /** Come before the renderers around this provider, and do not leak out of it. */
  readonly renderers?: readonly EntityRenderer[] | undefined;
  /** Come after the renderers around this provider: what a kit brings along. */
  readonly defaults?: readonly EntityRenderer[] | undefined;
  readonly children: ReactNode;
}

export function RendererProvider({ renderers = NONE, defaults = NONE, children }: RendererProviderProps) {
  const outer = useRenderers();
  const registry = useMemo(
    () => createRendererRegistry([...defaults, ...outer.renderers, ...renderers]),
    [outer, renderers, defaults],
  );
  return <RendererContext.Provider value={registry}>{children}</RendererContext.Provider>;
}
