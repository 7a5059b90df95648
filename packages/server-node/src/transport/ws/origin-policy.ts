/** Owns the Origin decision: browsers let any page open a socket here, with the user's cookies. */
import type { IncomingMessage } from "node:http";
import { SessionStreamError } from "@sessionstream/protocol";

export interface OriginPolicy {
  readonly origins: readonly string[] | "same-host";
  readonly allowMissingOrigin: boolean;
}

/** @throws SessionStreamError `invalid_options` for an entry that no browser would ever send as it is written. */
export function checkOriginPolicy({ origins }: OriginPolicy): void {
  if (origins === "same-host") return;
  for (const origin of origins) {
    if (parseOrigin(origin)?.origin !== origin || origin.includes("*")) {
      const problem = `"${origin}" is not an origin: write scheme, host and port as a browser sends them, like "https://app.example.com"`;
      throw new SessionStreamError("invalid_options", problem);
    }
  }
}

export function isOriginAllowed({ headers }: IncomingMessage, policy: OriginPolicy): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return policy.allowMissingOrigin;
  if (policy.origins !== "same-host") return policy.origins.includes(origin);
  const from = parseOrigin(origin);
  if (from === null || host === undefined) return false;
  // Read with the page's scheme, so that its default port is left out on both sides.
  return parseOrigin(`${from.protocol}//${host}`)?.host === from.host;
}

function parseOrigin(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url : null;
}
