import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Notice } from "./contract.ts";
import { NOBODYS, readNotice, writeNotice } from "./notice-text.ts";
import { tenantDigest } from "./tenant-digest.ts";

const tenant = "Acme & Sons";
const known = (digest: string) => (digest === tenantDigest(tenant) ? tenant : undefined);
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
const session = id.map((name) => ({ tenant, session: name }));
const principal = fc.record({ tenant: fc.constant(tenant), id: fc.string() });

const notice: fc.Arbitrary<Notice> = fc.oneof(
  fc.record({
    type: fc.constant("head" as const),
    from: fc.constant(""),
    session,
    epoch: fc.string(),
    ordinal: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
  fc.record({
    type: fc.constant("ephemeral" as const),
    from: id,
    session,
    key: fc.string(),
    payload: fc.option(fc.string()),
    ttlMs: fc.nat(),
  }),
  fc.record({
    type: fc.constant("revoked" as const),
    from: id,
    revocation: fc.oneof(
      fc.record({ principal }),
      fc.record({ session }),
      fc.record({ session, principal }),
      fc.record({ connection: fc.string() }),
    ),
  }),
  fc.record({ type: fc.constant("probe" as const), from: id, nonce: id }),
);

describe("a notice on a bus", () => {
  it("F-B8 comes back as it was, and names no tenant", () => {
    fc.assert(
      fc.property(notice, (rung) => {
        const written = writeNotice(rung, 100_000);
        expect(written).not.toBeNull();
        if (written === null) return;
        expect(readNotice(written, known)).toEqual(rung);
        expect(written.address).toMatch(/^([0-9a-f]{32}|-)$/);
      }),
    );
  });

  it("F-B8 of a head has nothing but session, epoch and ordinal, in less than 200 bytes", () => {
    const longest: Notice = {
      type: "head",
      from: "7d1b6e4e-2a2b-4c5e-9e57-3f0f5a4b9f11",
      session: { tenant, session: "s".repeat(128) },
      epoch: "7d1b6e4e-2a2b-4c5e-9e57-3f0f5a4b9f11",
      ordinal: 2n ** 63n - 1n,
    };
    const written = writeNotice(longest, 1_000);
    expect(written?.text.length).toBeLessThan(200);
    expect(JSON.parse(written?.text ?? "")).toEqual([
      "h",
      longest.session.session,
      longest.epoch,
      "9223372036854775807",
    ]);
  });

  it("is not sent when it is too large", () => {
    const large = { type: "ephemeral", from: "h", session: { tenant, session: "s" }, key: "k", ttlMs: 1 } as const;
    expect(writeNotice({ ...large, payload: "é".repeat(60) }, 130)).toBeNull();
    expect(writeNotice({ ...large, payload: "é".repeat(40) }, 130)).not.toBeNull();
  });

  it("L8: is nothing when it says what nobody understands, or concerns nobody here", () => {
    const texts = ["", "{", "null", "[]", '["h"]', '["h",1,2,3]', '["h","s","e","-1"]', '["x","a","b"]', '["r","f"]'];
    for (const text of texts) expect(readNotice({ address: tenantDigest(tenant), text }, known)).toBeNull();
    for (const text of [...texts, '["p",1,2]', '["h","s","e","1"]']) {
      expect(readNotice({ address: NOBODYS, text }, known)).toBeNull();
    }
    expect(readNotice({ address: tenantDigest("other"), text: '["h","s","e","1"]' }, known)).toBeNull();
    fc.assert(fc.property(fc.json(), (text) => void readNotice({ address: tenantDigest(tenant), text }, known)));
  });
});
