/** What people type: no two texts are the same, and each says who typed it and where. */
import type { Principal, SessionKey } from "@sessionstream/server-node";
import { watermark } from "../server/watermark.ts";

export function typedText(by: Principal, session: SessionKey, number: number): string {
  return `${watermark(session)}${signature(by)} prompt ${number}`;
}

export function isTypedBy(text: string, by: Principal): boolean {
  return text.includes(signature(by));
}

function signature({ tenant, id }: Principal): string {
  return `by ${tenant}/${id}:`;
}
