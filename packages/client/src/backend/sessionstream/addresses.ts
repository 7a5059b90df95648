/** Owns the addresses that follow from a server's base URL: commands below it, the socket at its `ws` (T1.19). */
import { SessionStreamError } from "@sessionstream/protocol";

export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** @throws SessionStreamError `invalid_options` when a relative URL has no page to start from. */
export function socketUrl(url: string, page: string | undefined): string {
  if (!URL.canParse(url, page)) {
    throw new SessionStreamError(
      "invalid_options",
      `"${url}" is not an absolute URL, and there is no page it could start from`,
    );
  }
  const address = new URL(url, page);
  address.protocol = address.protocol === "https:" || address.protocol === "wss:" ? "wss:" : "ws:";
  address.pathname = `${withoutSlash(address.pathname)}/ws`;
  address.hash = "";
  return address.href;
}
