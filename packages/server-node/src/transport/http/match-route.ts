import { isSessionId, SessionStreamError } from "@sessionstream/protocol";
import type { ChatRoute } from "./chat-routes.ts";

/** Owns finding the route of a request. A path that no route has is `not_found`, whatever the method. */
export type RouteMatch =
  | { readonly type: "route"; readonly route: ChatRoute; readonly session: string }
  | { readonly type: "method-not-allowed"; readonly allowed: readonly string[] }
  | { readonly type: "not-found" };

/** `path` is below the base path. @throws SessionStreamError `bad_request` for what is no session id. */
export function matchRoute(routes: readonly ChatRoute[], method: string, path: string): RouteMatch {
  const segments = path.split("/");
  const here = routes.filter((route) => fits(route.path.split("/"), segments));
  const route = here.find((candidate) => candidate.method === method);
  if (here.length === 0) return { type: "not-found" };
  if (route === undefined) return { type: "method-not-allowed", allowed: here.map((other) => other.method) };
  const at = route.path.split("/").indexOf(SESSION);
  return { type: "route", route, session: at === -1 ? "" : readSessionId(segments[at] ?? "") };
}

const SESSION = ":session";

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((part, at) => part === SESSION || part === segments[at]);
}

/** Its characters need no escape in a URL, so an escaped one is none. */
function readSessionId(segment: string): string {
  if (isSessionId(segment)) return segment;
  throw new SessionStreamError("bad_request", "A session id has 1-128 characters of A-Z a-z 0-9 _ -");
}
