/** Owns giving up on what may never answer: some browsers' storage hangs for ever. */
import type { ClientPlatform } from "../platform/client-platform.ts";

/** Longer than any working storage takes. */
const PATIENCE_MS = 3_000;

export function within<T>(platform: Pick<ClientPlatform, "setTimer">, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = platform.setTimer(PATIENCE_MS, () => reject(new Error("The device's storage does not answer")));
    promise.then(resolve, reject).finally(cancel);
  });
}
