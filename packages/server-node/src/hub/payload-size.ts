/** Owns sizes as limits count them: bytes of UTF-8 in the stored JSON text. */
import { Buffer } from "node:buffer";

export function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** What `text` adds to the JSON text it is appended in. */
export function appendedBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** UTF-8 has no form for a lone surrogate: a text with one would arrive as another text. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}
