import { createContext, type ReactNode, useContext } from "react";
import { type ImagePolicy, NO_IMAGES } from "./image-policy.ts";

const ImagesContext = /* @__PURE__ */ createContext<ImagePolicy>(NO_IMAGES);

export function useImagePolicy(): ImagePolicy {
  return useContext(ImagesContext);
}

export interface ImagesProviderProps {
  /** Default: as outside. */
  readonly images: ImagePolicy | undefined;
  readonly children: ReactNode;
}

/** Says which images model text below may load. */
export function ImagesProvider({ images, children }: ImagesProviderProps) {
  const outer = useImagePolicy();
  return <ImagesContext.Provider value={images ?? outer}>{children}</ImagesContext.Provider>;
}
