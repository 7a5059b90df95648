/**
 * Owns that a proof given before a revocation does not count after it: a ticket that was waiting, an `authenticate` that
 * was asked just before. Remembers for longer than any proof is on its way.
 */
import type { Principal } from "../../command/define-command.ts";
import { principalKey } from "../../limits/principal-key.ts";

export interface RecentRevocations {
  note(principal: Principal): void;
  /** Whether this principal was revoked at or after this time. */
  since(principal: Principal, provenAt: number): boolean;
}

const KEPT_MS = 10 * 60_000;

export function createRecentRevocations(now: () => number): RecentRevocations {
  const revoked = new Map<string, number>();
  return {
    note(principal) {
      const key = principalKey(principal);
      revoked.delete(key);
      revoked.set(key, now());
      for (const [oldest, at] of revoked) {
        if (now() - at < KEPT_MS) break;
        revoked.delete(oldest);
      }
    },
    since(principal, provenAt) {
      const at = revoked.get(principalKey(principal));
      return at !== undefined && at >= provenAt;
    },
  };
}
