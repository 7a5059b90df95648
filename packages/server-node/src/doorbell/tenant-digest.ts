import { sha256 } from "../platform/sha256.ts";

/** What stands for a tenant where others can read: 128 bits of a hash. */
export function tenantDigest(tenant: string): string {
  return sha256(tenant).slice(0, 32);
}
