import { describe, expect, it } from "vitest";
import { clientAddress } from "./client-address.ts";

function seen(remoteAddress: string | undefined, forwarded: string | undefined, ...proxies: string[]): string {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return clientAddress(proxies)({ headers, socket: { remoteAddress } });
}

describe("whose address a request comes from", () => {
  it.each([
    ["a spoofed header of an unnamed peer", "203.0.113.9", "198.51.100.1", [], "203.0.113.9"],
    ["a proxy's word", "10.0.0.7", "203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"],
    ["what the client put before it", "10.0.0.7", "1.2.3.4, 203.0.113.9", ["10.0.0.7"], "203.0.113.9"],
    ["two hops of ours", "10.0.0.7", "1.2.3.4, 203.0.113.9, 10.1.0.1", ["10.0.0.0/8"], "203.0.113.9"],
    ["our hops, then nothing", "10.0.0.7", "10.1.0.1", ["10.0.0.0/8"], "10.1.0.1"],
    ["a hop that is no address", "10.0.0.7", "203.0.113.9, <script>", ["10.0.0.0/8"], "10.0.0.7"],
    ["a hop with its port", "10.0.0.7", "1.2.3.4:1, 203.0.113.9:4711", ["10.0.0.0/8"], "203.0.113.9"],
    ["an IPv6 hop with its port", "10.0.0.7", "[2001:db8:1:2::3]:4711", ["10.0.0.0/8"], "2001:db8:1:2::/64"],
    ["an empty header", "10.0.0.7", "", ["10.0.0.0/8"], "10.0.0.7"],
    ["a dual-stack socket", "::ffff:203.0.113.9", undefined, [], "203.0.113.9"],
    ["a dual-stack socket of a proxy", "::ffff:10.0.0.7", "203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"],
    ["a proxy in IPv6", "fd00::1", "2001:db8:1:2:3::4", ["fd00::/8"], "2001:db8:1:2::/64"],
    ["a socket that is gone", undefined, "203.0.113.9", ["10.0.0.0/8"], "unknown"],
  ])("X11 %s", (_, peer, header, proxies, expected) => {
    expect(seen(peer, header, ...proxies)).toBe(expected);
  });

  it("X11 addresses of one IPv6 network count as one, other networks do not", () => {
    expect(seen("2001:db8::1", undefined)).toBe(seen("2001:db8:0:0:ffff::9", undefined));
    expect(seen("2001:db8::1", undefined)).not.toBe(seen("2001:db8:0:1::1", undefined));
    expect(seen("fe80::1%eth0", undefined)).toBe("fe80:0:0:0::/64");
  });

  it.each(["localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "", "10.0.0.0/1e1x"])(
    "X11 %j is refused as a proxy",
    (entry) => {
      expect(() => clientAddress([entry])).toThrow(expect.objectContaining({ code: "invalid_options" }));
    },
  );
});
