import { SessionStreamError } from "@sessionstream/protocol";
import type { Principal } from "../command/define-command.ts";

/** Decisions under which everybody is the same developer, who may do everything. */
export interface InsecureDecisions {
  readonly authenticate: () => Principal;
  readonly authorize: () => true;
  readonly origins: "same-host";
  readonly allowMissingOrigin: true;
}

/**
 * For a first try on one's own machine: the decisions that hub and transports ask for, all of them yes.
 * @throws SessionStreamError `invalid_options` where `NODE_ENV` is `production`.
 */
export function devInsecure(environment = process.env["NODE_ENV"]): InsecureDecisions {
  if (environment === "production") {
    const problem = "devInsecure lets everybody do everything: in production, pass authenticate, authorize and origins";
    throw new SessionStreamError("invalid_options", problem);
  }
  return {
    authenticate: () => ({ tenant: "dev", id: "developer" }),
    authorize: () => true,
    origins: "same-host",
    allowMissingOrigin: true,
  };
}
