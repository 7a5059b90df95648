import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { ClassNames } from "./part-names.ts";

const NONE: ClassNames = {};

const SlotsContext = /* @__PURE__ */ createContext<ClassNames>(NONE);

export function useClassNames(): ClassNames {
  return useContext(SlotsContext);
}

export interface SlotsProviderProps {
  readonly classNames: ClassNames | undefined;
  readonly children: ReactNode;
}

export function SlotsProvider({ classNames, children }: SlotsProviderProps) {
  const outer = useClassNames();
  const merged = useMemo(() => (classNames === undefined ? outer : { ...outer, ...classNames }), [outer, classNames]);
  return <SlotsContext.Provider value={merged}>{children}</SlotsContext.Provider>;
}
