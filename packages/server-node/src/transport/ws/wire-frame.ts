/**
 * Owns RFC 6455 framing of server text frames: final, unmasked, uncompressed. A frame is framed once for everybody who
 * gets it.
 */
import type { EncodedFrame } from "../../fan-out/subscriber.ts";

const FINAL_TEXT = 0x81;

/** Frames up to this size are copied behind their header, so that many of them leave in one buffer. */
const MAX_COPIED_BYTES = 16 * 1024;

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

/** What to write for frames that leave together: one chunk, unless a large frame goes alone. */
export type FrameChunks = (frames: readonly EncodedFrame[]) => readonly Uint8Array[];

/** Connections that follow one session have the same frames waiting, one after the other: the last answer is kept. */
export function createFrameChunks(): FrameChunks {
  let last: { readonly frames: readonly EncodedFrame[]; readonly chunks: readonly Uint8Array[] } | null = null;
  return (frames) => {
    if (last === null || !areSame(last.frames, frames)) last = { frames, chunks: chunksOf(frames) };
    return last.chunks;
  };
}

function chunksOf(frames: readonly EncodedFrame[]): readonly Uint8Array[] {
  const [only] = frames;
  const chunks = frames.flatMap(({ bytes }) => [frameHeader(bytes.length), bytes]);
  const large = frames.length === 1 && only !== undefined && only.bytes.length > MAX_COPIED_BYTES;
  return large ? chunks : [Buffer.concat(chunks)];
}

function areSame(a: readonly EncodedFrame[], b: readonly EncodedFrame[]): boolean {
  return a.length === b.length && a.every((frame, index) => frame === b[index]);
}
