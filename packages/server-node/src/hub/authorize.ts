import { SessionStreamError } from "@sessionstream/protocol";
import { principalKey } from "../limits/principal-key.ts";
import { inTime } from "../platform/hooks.ts";
import type { HubCore } from "./core.ts";
import type { AuthorizeRequest } from "./hub-options.ts";
import { forbiddenError } from "./unit-errors.ts";

/**
 * Anything but `true` is a no. @throws SessionStreamError `forbidden`, `internal` when the app's decision failed,
 * `timeout` when it does not come, or `rate_limited`: the principal has created as many sessions as it may for now.
 */
export async function authorize(core: HubCore, request: AuthorizeRequest): Promise<void> {
  let allowed: boolean;
  try {
    allowed = await inTime(core.authorize(Object.freeze(request)), "authorize", core.platform);
  } catch (cause) {
    throw SessionStreamError.from(cause, "internal", "The server could not decide whether you may do this.");
  }
  if (allowed !== true) throw forbiddenError();
  if (request.action !== "create") return;
  const retryAfterMs = core.newSessions.take(principalKey(request.principal));
  if (retryAfterMs === null) return;
  throw new SessionStreamError("rate_limited", "You have started too many conversations: try again later", {
    retryAfterMs,
  });
}
