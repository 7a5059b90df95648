import { SessionStreamError } from "@sessionstream/protocol";
import type { HubCore } from "./core.ts";
import type { AuthorizeRequest } from "./hub-options.ts";
import { forbiddenError } from "./unit-errors.ts";

/** Anything but `true` is a no. @throws SessionStreamError `forbidden`, or `internal` when the app's decision failed. */
export async function authorize(core: HubCore, request: AuthorizeRequest): Promise<void> {
  let allowed: boolean;
  try {
    allowed = await core.authorize(Object.freeze(request));
  } catch (cause) {
    throw SessionStreamError.from(cause, "internal", "The server could not decide whether you may do this.");
  }
  if (allowed !== true) throw forbiddenError();
}
