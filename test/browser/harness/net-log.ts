/**
 * Owns what a browser did on the network, as its own log tells: names it looked up, addresses it asked for. Sees what no
 * page and no request interception sees: hints, pings, prefetches.
 */
import { readFileSync } from "node:fs";

interface NetworkUse {
  readonly requests: ReadonlySet<string>;
  readonly lookups: ReadonlySet<string>;
}

/** Read it after the browser has ended. */
export function readNetLog(path: string): NetworkUse {
  // CAST: the form Chromium writes; every field that is read is checked.
  const { events } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly events: readonly { readonly params?: object }[];
  };
  const requests = new Set<string>();
  const lookups = new Set<string>();
  for (const { params } of events) {
    const url: unknown = params && Reflect.get(params, "url");
    const host: unknown = params && Reflect.get(params, "host");
    if (typeof url === "string") requests.add(url);
    if (typeof host === "string") lookups.add(host);
  }
  return { requests, lookups };
}
