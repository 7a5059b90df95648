import { createHash } from "node:crypto";

/** Hex digest of a text. A pure function: it lives here because the core names no runtime. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
