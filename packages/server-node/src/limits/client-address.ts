/**
 * Owns whose address a request comes from: the peer's, unless the peer is a proxy the app named, then what that proxy
 * says. A header alone is worth nothing: anybody can write one (X11).
 */
import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { SessionStreamError } from "@sessionstream/protocol";

/** @returns the address limits are counted by: an IPv6 peer by its /64, of which one subscriber has all addresses. */
export type ClientAddress = (request: {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}) => string;

/**
 * @param proxies addresses (`10.0.0.7`) and networks (`10.0.0.0/8`, `fd00::/8`) of reverse proxies that append to
 * `X-Forwarded-For`. None: the header is ignored.
 * @throws SessionStreamError `invalid_options` for an entry that is neither.
 */
export function clientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const entry of proxies) trust(trusted, entry);
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return ({ headers, socket }) => {
    let client = canonical(socket.remoteAddress ?? "");
    // The last entry was written by the nearest proxy; beyond the first untrusted hop everything is hearsay.
    for (const hop of hopsOf(headers["x-forwarded-for"]).reverse()) {
      if (client === null || !isTrusted(client)) break;
      const before = canonical(withoutPort(hop));
      if (before === null) break;
      client = before;
    }
    return client === null ? "unknown" : groupOf(client);
  };
}

function trust(list: BlockList, entry: string): void {
  const [address = "", prefix, ...more] = entry.split("/");
  const version = isIP(address);
  const bits = prefix === undefined ? (version === 6 ? 128 : 32) : Number(prefix);
  if (
    version === 0 ||
    more.length > 0 ||
    prefix === "" ||
    !Number.isInteger(bits) ||
    bits < 0 ||
    bits > (version === 6 ? 128 : 32)
  ) {
    const message = `trustProxy: "${entry}" is no address and no network: write them like "10.0.0.7" or "10.0.0.0/8"`;
    throw new SessionStreamError("invalid_options", message);
  }
  list.addSubnet(address, bits, version === 6 ? "ipv6" : "ipv4");
}

function hopsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(",") : (header ?? "");
  return text === "" ? [] : text.split(",").map((hop) => hop.trim());
}

/** Some proxies write where a hop's connection came from: `203.0.113.9:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? hop;
}

/** `null` for what is no address. An IPv4 peer of a dual-stack socket is that IPv4 peer. */
function canonical(address: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address.replace(/%.*$/, "");
  return isIP(plain) === 0 ? null : plain;
}

function groupOf(address: string): string {
  if (isIP(address) === 4) return address;
  // As a URL's host an IPv6 address has one spelling, with at most one gap.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  return `${[...before, ...gap, ...after].slice(0, 4).join(":")}::/64`;
}
