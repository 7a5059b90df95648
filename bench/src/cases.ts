import type { BenchCase } from "./case.ts";

/** By goal, in the order they run. */
export const CASES: Readonly<Record<string, () => Promise<BenchCase>>> = {
  G1: async () => (await import("./cases/client-apply.ts")).clientApply,
  G3: async () => (await import("./cases/hub-publish.ts")).hubPublish,
  G4: async () => (await import("./cases/answer-bytes.ts")).answerBytes,
  G5: async () => (await import("./cases/socket-fan-out.ts")).socketFanOut,
  G6: async () => (await import("./cases/snapshot.ts")).snapshot,
  G7: async () => (await import("./cases/loopback.ts")).loopback,
  G8: async () => (await import("./cases/bundle-size.ts")).bundleSize,
  G9: async () => (await import("./cases/memory.ts")).memory,
  G10: async () => (await import("./cases/reconnect.ts")).reconnect,
  G11: async () => (await import("./cases/storages.ts")).storages,
};
