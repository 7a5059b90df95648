import { createContext, type ReactNode, useContext, useMemo } from "react";
import { ENGLISH, type Labels } from "./labels.ts";

const LabelsContext = createContext<Labels>(ENGLISH);

export function useLabels(): Labels {
  return useContext(LabelsContext);
}

export interface LabelsProviderProps {
  /** Replaces single texts of the labels around it. */
  readonly labels: Partial<Labels> | undefined;
  readonly children: ReactNode;
}

export function LabelsProvider({ labels, children }: LabelsProviderProps) {
  const outer = useLabels();
  const merged = useMemo(() => (labels === undefined ? outer : { ...outer, ...labels }), [outer, labels]);
  return <LabelsContext.Provider value={merged}>{children}</LabelsContext.Provider>;
}
