/** A mark in what is said in a session, by which it is recognised wherever it turns up. */
import type { SessionKey } from "@sessionstream/server-node";

const MARK = /«(\w+)\.([\w-]+)»/g;

export function watermark({ tenant, session }: SessionKey): string {
  return `«${tenant}.${session}» `;
}

export function watermarksIn(text: string): readonly SessionKey[] {
  if (!text.includes("«")) return [];
  return [...text.matchAll(MARK)].map(([, tenant = "", session = ""]) => ({ tenant, session }));
}
