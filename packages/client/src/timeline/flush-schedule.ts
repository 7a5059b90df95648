/**
 * Owns when changes are shown: at most once per animation frame, whatever the rate of updates. A terminal state takes
 * the frame's one flush at once; if that was already used, it waits for the next frame.
 */
import type { ClientPlatform } from "../platform/client-platform.ts";

export interface FlushSchedule {
  request(urgent: boolean): void;
  cancel(): void;
}

/** `flush` shows what is pending and tells whether there was anything. */
export function createFlushSchedule(
  platform: Pick<ClientPlatform, "requestFrame">,
  flush: () => boolean,
): FlushSchedule {
  let cancelFrame: (() => void) | null = null;
  /** The current frame's flush is used up. */
  let spent = false;

  function awaitFrame(): void {
    cancelFrame ??= platform.requestFrame(() => {
      cancelFrame = null;
      // Set before as well: what listeners cause meanwhile belongs to the next frame.
      spent = true;
      spent = flush();
      if (spent) awaitFrame();
    });
  }

  return {
    request(urgent) {
      if (urgent && !spent) {
        spent = true;
        flush();
      }
      awaitFrame();
    },
    cancel() {
      cancelFrame?.();
      cancelFrame = null;
    },
  };
}
