import type { Principal } from "../command/define-command.ts";

/** Whether what a principal stands on is over. What is no time at all has never begun. */
export function isExpired({ expiresAt }: Principal, now: number): boolean {
  return expiresAt !== undefined && !(expiresAt > now);
}
