/**
 * Owns notices as text on a bus that others can read: tenants by their digest, no content of a log, and short, because
 * buses limit what a message may have. What cannot be read was meant for another version, and is nothing.
 */
import type { JsonValue } from "@sessionstream/protocol";
import type { Principal } from "../command/define-command.ts";
import type { Revocation } from "../hub/revocation.ts";
import type { Notice } from "./contract.ts";
import { tenantDigest } from "./tenant-digest.ts";

export interface NoticeText {
  /** Digest of its tenant; `NOBODYS`, if it concerns none. */
  readonly address: string;
  readonly text: string;
}

/** Of notices without a tenant. */
export const NOBODYS = "-";

/** `null`: what is shown beside the log is too large to travel. */
export function writeNotice(notice: Notice, maxBytes: number): NoticeText | null {
  const { address, body } = partsOf(notice);
  const text = JSON.stringify(body);
  return Buffer.byteLength(text) > maxBytes ? null : { address, text };
}

function partsOf(notice: Notice): { readonly address: string; readonly body: JsonValue } {
  const { from } = notice;
  switch (notice.type) {
    case "head": {
      const { session, epoch, ordinal } = notice;
      // Without its sender: what a hub rang itself is nothing new to it.
      return { address: tenantDigest(session.tenant), body: ["h", session.session, epoch, String(ordinal)] };
    }
    case "ephemeral": {
      const { session, key, payload, ttlMs } = notice;
      return { address: tenantDigest(session.tenant), body: ["e", from, session.session, key, payload, ttlMs] };
    }
    case "revoked":
      return revokedParts(from, notice.revocation);
    case "probe":
      return { address: NOBODYS, body: ["p", from, notice.nonce] };
  }
}

function revokedParts(from: string, revocation: Revocation): { readonly address: string; readonly body: JsonValue } {
  if ("connection" in revocation) return { address: NOBODYS, body: ["c", from, revocation.connection] };
  const principal = revocation.principal?.id ?? null;
  if (!("session" in revocation)) {
    return { address: tenantDigest(revocation.principal.tenant), body: ["r", from, null, principal] };
  }
  const { tenant, session } = revocation.session;
  return { address: tenantDigest(tenant), body: ["r", from, session, principal] };
}

/** `null`: nobody here knows the tenant, or the text means nothing. */
export function readNotice(
  { address, text }: NoticeText,
  tenantOf: (digest: string) => string | undefined,
): Notice | null {
  const fields = readFields(text);
  if (fields === null) return null;
  if (address === NOBODYS) return readNobodys(fields);
  const tenant = tenantOf(address);
  return tenant === undefined ? null : readTenants(fields, tenant);
}

function readNobodys([type, from, subject]: readonly unknown[]): Notice | null {
  if (typeof from !== "string" || typeof subject !== "string") return null;
  if (type === "p") return { type: "probe", from, nonce: subject };
  if (type === "c") return { type: "revoked", from, revocation: { connection: subject } };
  return null;
}

function readTenants([type, ...fields]: readonly unknown[], tenant: string): Notice | null {
  switch (type) {
    case "h": {
      const [session, epoch, ordinal] = fields;
      if (typeof session !== "string" || typeof epoch !== "string" || typeof ordinal !== "string") return null;
      if (!/^\d{1,20}$/.test(ordinal)) return null;
      return { type: "head", from: "", session: { tenant, session }, epoch, ordinal: BigInt(ordinal) };
    }
    case "e": {
      const [from, session, key, payload, ttlMs] = fields;
      if (typeof from !== "string" || typeof session !== "string" || typeof key !== "string") return null;
      if ((payload !== null && typeof payload !== "string") || typeof ttlMs !== "number") return null;
      return { type: "ephemeral", from, session: { tenant, session }, key, payload, ttlMs };
    }
    case "r": {
      const [from, session, principalId] = fields;
      if (typeof from !== "string") return null;
      const principal: Principal | null = typeof principalId === "string" ? { tenant, id: principalId } : null;
      if (typeof session === "string") {
        const revocation = { session: { tenant, session }, ...(principal && { principal }) };
        return { type: "revoked", from, revocation };
      }
      return principal === null ? null : { type: "revoked", from, revocation: { principal } };
    }
    default:
      return null;
  }
}

function readFields(text: string): readonly unknown[] | null {
  try {
    const fields: unknown = JSON.parse(text);
    return Array.isArray(fields) ? fields : null;
  } catch {
    return null;
  }
}
