import type { SessionKey } from "../storage/contract.ts";

/** One text for one session of one tenant. A session's id has no slash, so no two sessions share it (X36). */
export function sessionName({ tenant, session }: SessionKey): string {
  return `${session}/${tenant}`;
}
