/**
 * Owns RFC 6455 framing of server text frames: final, unmasked, uncompressed. A frame is framed once for everybody who
 * gets it.
 */
import type { EncodedFrame } from "../../fan-out/subscriber.ts";

const FINAL_TEXT = 0x81;

/** Frames up to this size are copied behind their header, so that many of them leave in one buffer. */
export const MAX_COPIED_BYTES = 16 * 1024;

export function frameHeader(payloadBytes: number): Buffer {
  if (payloadBytes < 126) return Buffer.from([FINAL_TEXT, payloadBytes]);
  if (payloadBytes < 65_536) {
    const header = Buffer.from([FINAL_TEXT, 126, 0, 0]);
    header.writeUInt16BE(payloadBytes, 2);
    return header;
  }
  const header = Buffer.from([FINAL_TEXT, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUIntBE(payloadBytes, 4, 6);
  return header;
}

/** Header and payload as the chunks to write; a small frame is one chunk, made once and shared. */
export type FrameChunks = (frame: EncodedFrame) => readonly Uint8Array[];

export function createFrameChunks(): FrameChunks {
  const made = new WeakMap<EncodedFrame, readonly Uint8Array[]>();
  return (frame) => {
    const known = made.get(frame);
    if (known !== undefined) return known;
    const header = frameHeader(frame.bytes.length);
    const chunks =
      frame.bytes.length > MAX_COPIED_BYTES ? [header, frame.bytes] : [Buffer.concat([header, frame.bytes])];
    made.set(frame, chunks);
    return chunks;
  };
}
