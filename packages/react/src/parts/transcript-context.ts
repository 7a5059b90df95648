import { createContext, useContext } from "react";
import type { StickyScrollHandle } from "./use-sticky-scroll.ts";

export const TranscriptContext = /* @__PURE__ */ createContext<StickyScrollHandle | null>(null);

export function useTranscript(): StickyScrollHandle {
  const handle = useContext(TranscriptContext);
  if (handle === null) throw new Error("This part belongs inside <Transcript>.");
  return handle;
}
