/** Owns what an app says about reaching a server over HTTP, and what a request is made with from it. */
import type { HttpRequest } from "../../command/http-routes.ts";
import type { HttpSendOptions } from "../../command/http-send.ts";
import type { ClientPlatform } from "../../platform/client-platform.ts";
import { surroundingFetch } from "../../platform/surroundings.ts";
import { withoutSlash } from "./addresses.ts";

export interface HttpAccess {
  /** Where the chat's HTTP routes start: `/api/chat`, or absolute. The socket's address follows from it. */
  readonly url: string;
  readonly fetch?: typeof fetch;
  readonly platform?: ClientPlatform;
  /** Headers of HTTP requests. */
  readonly headers?: (operation: HttpRequest["operation"]) => HeadersInit | Promise<HeadersInit>;
  /** Last look at an HTTP request. */
  readonly beforeRequest?: (operation: HttpRequest["operation"], init: RequestInit) => RequestInit;
  /**
   * The bearer token of HTTP requests, and of the socket if `socketCredentials` says so. Asked with `refresh` after the
   * server refused one, on either channel, and shortly before the socket's ends.
   */
  readonly getToken?: (ask: { readonly refresh: boolean }) => string | Promise<string>;
}

export function httpOptions(access: HttpAccess, platform: ClientPlatform): HttpSendOptions {
  const { getToken } = access;
  return {
    url: withoutSlash(access.url),
    fetch: access.fetch ?? surroundingFetch,
    platform,
    refresh: getToken === undefined ? undefined : async () => getToken({ refresh: true }),
    beforeRequest: access.beforeRequest,
    async headers(operation) {
      const headers = new Headers(await access.headers?.(operation));
      if (getToken !== undefined) headers.set("authorization", `Bearer ${await getToken({ refresh: false })}`);
      return headers;
    },
  };
}
