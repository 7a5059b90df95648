import type { Principal } from "../command/define-command.ts";

/** One text for one principal of one tenant: no two of them share it, whatever their ids are (X36). */
export function principalKey({ tenant, id }: Principal): string {
  return JSON.stringify([tenant, id]);
}
