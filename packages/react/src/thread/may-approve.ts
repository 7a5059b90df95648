/** Owns whether this reader is one of those who may allow calls, as the app says. The server decides, whatever is shown. */
import { createContext, useContext } from "react";

export const MayApproveContext = /* @__PURE__ */ createContext(true);

export function useMayApprove(): boolean {
  return useContext(MayApproveContext);
}
