/** Owns which texts are shown: English, but for what the app replaces. */
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { ENGLISH, type Labels } from "./labels.ts";

/** Only what was replaced: a provider alone brings no texts along, whoever reads them does. */
const ReplacedLabelsContext = /* @__PURE__ */ createContext<Partial<Labels> | undefined>(undefined);

export function useLabels(): Labels {
  const replaced = useContext(ReplacedLabelsContext);
  return useMemo(() => (replaced === undefined ? ENGLISH : { ...ENGLISH, ...replaced }), [replaced]);
}

export interface LabelsProviderProps {
  /** Replaces single texts of the labels around it. */
  readonly labels: Partial<Labels> | undefined;
  readonly children: ReactNode;
}

export function LabelsProvider({ labels, children }: LabelsProviderProps) {
  const outer = useContext(ReplacedLabelsContext);
  const replaced = useMemo(() => (labels === undefined ? outer : { ...outer, ...labels }), [outer, labels]);
  return <ReplacedLabelsContext.Provider value={replaced}>{children}</ReplacedLabelsContext.Provider>;
}
