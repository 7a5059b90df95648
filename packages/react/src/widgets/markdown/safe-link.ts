/**
 * Owns which addresses of model text may become links (X20): http, https, mailto, and places within the page's own
 * origin. An allowlist: whatever is not recognised is no link.
 */
import { hidesCharacters } from "../../labels/hidden-characters.ts";

export type LinkTarget =
  | { readonly type: "internal"; readonly href: string }
  | { readonly type: "external"; readonly href: string; readonly host: string }
  | { readonly type: "unsafe" };

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);
const UNSAFE: LinkTarget = { type: "unsafe" };

export function linkTarget(address: string | undefined): LinkTarget {
  // Browsers drop these before they read the scheme; an honest address has none.
  if (address === undefined || address === "" || /[\p{Cc}\p{Cf}\s\\]/u.test(address)) return UNSAFE;
  if (address.startsWith("#")) return { type: "internal", href: address };
  // Two slashes name another host.
  if (address.startsWith("/")) return address.startsWith("//") ? UNSAFE : { type: "internal", href: address };
  const url = parse(address);
  if (url === null || !SCHEMES.has(url.protocol)) return UNSAFE;
  // `https://bank.example@evil.example` leads to the second.
  if (url.username !== "" || url.password !== "") return UNSAFE;
  return { type: "external", href: url.href, host: url.host };
}

/**
 * Host to show beside a link whose text claims to be another address, hides characters, or leads to a host in letters
 * that may look like others; `null` if there is nothing to warn of.
 */
export function disguisedHost(text: string, host: string): string | null {
  if (host !== "" && (hidesCharacters(text) || /(?:^|\.)xn--/.test(host))) return host;
  const claimed = /(?:https?:\/\/|www\.)[^\s/]+/i.exec(text)?.[0];
  if (claimed === undefined || host === "") return null;
  const claimedHost = parse(/^https?:/i.test(claimed) ? claimed : `http://${claimed}`)?.host;
  return claimedHost === host ? null : host;
}

/** Host of an image's address, for the placeholder. */
export function imageHost(address: string | undefined): string {
  return parse(address ?? "")?.host ?? "";
}

function parse(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null;
}
