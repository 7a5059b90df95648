/**
 * Owns the Origin decision of both transports: browsers let any page send requests and open sockets here, with the
 * user's cookies. Origins are compared whole: a page cannot be trusted because its address looks alike.
 */
import { SessionStreamError } from "@sessionstream/protocol";

export interface OriginPolicy {
  /** Exact origins, or the host the request came to. */
  readonly origins: readonly string[] | "same-host";
  /** Programs send no Origin. Allow them only where no cookie authenticates. */
  readonly allowMissingOrigin: boolean;
}

/** What a request says of itself. */
export interface OriginClaim {
  readonly origin: string | undefined;
  readonly host: string | undefined;
}

/** @throws SessionStreamError `invalid_options` for an entry that no browser would ever send as it is written. */
export function checkOriginPolicy({ origins }: OriginPolicy): void {
  if (origins === "same-host") return;
  if (!Array.isArray(origins)) {
    const problem = `"origins" is missing: list the pages that may connect, like ["https://app.example.com"], or say "same-host"`;
    throw new SessionStreamError("invalid_options", problem);
  }
  for (const origin of origins) {
    if (parseOrigin(origin)?.origin !== origin || origin.includes("*")) {
      const problem = `"${origin}" is not an origin: write scheme, host and port as a browser sends them, like "https://app.example.com"`;
      throw new SessionStreamError("invalid_options", problem);
    }
  }
}

export function isOriginAllowed({ origin, host }: OriginClaim, policy: OriginPolicy): boolean {
  if (origin === undefined) return policy.allowMissingOrigin;
  if (policy.origins !== "same-host") return policy.origins.includes(origin);
  const from = parseOrigin(origin);
  if (from === null || host === undefined) return false;
  // Read with the page's scheme: a proxy may have ended TLS, and its default port is left out on both sides.
  return parseOrigin(`${from.protocol}//${host}`)?.host === from.host;
}

function parseOrigin(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url : null;
}
