import type { EncodedFrame } from "./subscriber.ts";

export function encodeFrame(text: string): EncodedFrame {
  return { text, bytes: Buffer.from(text) };
}
