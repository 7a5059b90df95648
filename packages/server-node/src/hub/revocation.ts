import type { Principal } from "../command/define-command.ts";
import type { SessionKey } from "../storage/contract.ts";

/**
 * Whose reading ends now: a principal's, on all its connections; a session's subscribers, or one of them; one
 * connection's. It ends what is live. Whether somebody may come back is `authenticate`'s and `authorize`'s to say.
 */
export type Revocation =
  | { readonly principal: Principal }
  | { readonly session: SessionKey; readonly principal?: Principal }
  | { readonly connection: string };

/**
 * Tells the hubs of other processes. Best effort: nobody waits for it, and who misses it is found when `authorize` is
 * asked again (`limits.reauthorizeMs`).
 */
export interface RevocationChannel {
  /** To every other hub. */
  announce(revocation: Revocation): void;
  /** Calls back for what others announced. @returns stops that. */
  listen(listener: (revocation: Revocation) => void): () => void;
}

export function isSamePrincipal(a: Principal, b: Principal): boolean {
  return a.id === b.id && a.tenant === b.tenant;
}
