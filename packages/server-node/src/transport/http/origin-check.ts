import { SessionStreamError } from "@sessionstream/protocol";

/**
 * Owns which pages may act for their users, by the same rule as the socket's. Origins are compared whole: a page
 * cannot be trusted because its address looks alike.
 */
export interface OriginRule {
  /** Exact origins, or the host the request came to. */
  readonly origins: readonly string[] | "same-host";
  /** Programs send no Origin. Allow them to change things only where no cookie authenticates. */
  readonly allowMissingOrigin: boolean;
}

/** @throws SessionStreamError `invalid_options` for what no browser would send as it is written. */
export function checkOriginRule({ origins }: OriginRule): void {
  if (origins === "same-host") return;
  const odd = origins.find((origin) => parse(origin)?.origin !== origin);
  if (odd === undefined) return;
  const problem = `"${odd}" is not an origin: write scheme, host and port as a browser sends them, like "https://app.example.com"`;
  throw new SessionStreamError("invalid_options", problem);
}

export function isOriginAllowed(request: Request, rule: OriginRule): boolean {
  const origin = request.headers.get("origin");
  // Browsers leave it out where a page reads from its own server, never where it changes something.
  if (origin === null) return rule.allowMissingOrigin || request.method === "GET";
  if (rule.origins !== "same-host") return rule.origins.includes(origin);
  const page = parse(origin);
  // Read with the page's scheme: a proxy may have ended TLS, and default ports are left out on both sides.
  return page !== null && parse(`${page.protocol}//${new URL(request.url).host}`)?.host === page.host;
}

function parse(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url : null;
}
