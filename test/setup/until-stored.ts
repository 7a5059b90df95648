import { SessionStreamError } from "@sessionstream/protocol";

/** Whoever meets a faster writer too often is told `busy`: nothing was stored, and it may be tried again. */
export async function untilStored(store: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await store();
      return;
    } catch (error) {
      if (SessionStreamError.from(error).code !== "busy") throw error;
    }
  }
}
