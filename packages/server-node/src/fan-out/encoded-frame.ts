import type { EncodedFrame } from "./subscriber.ts";

/** @param session id of the session it is of; `null`: of none. */
export function encodeFrame(text: string, session: string | null): EncodedFrame {
  return { text, bytes: Buffer.from(text), session };
}
