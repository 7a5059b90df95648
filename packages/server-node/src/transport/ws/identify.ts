/** Owns who sends an upgrade request, as far as cookies and headers tell, if that is told in time. */
import type { IncomingMessage } from "node:http";
import { CLOSE_CODES } from "@sessionstream/protocol";
import type { Principal } from "../../command/define-command.ts";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import { isExpired } from "../is-expired.ts";
import type { WebSocketTransportOptions } from "./websocket-options.ts";

export type Identity =
  | { readonly type: "known"; readonly principal: Principal; readonly provenAt: number }
  /** The first frame may tell. */
  | { readonly type: "unknown" }
  | { readonly type: "refused"; readonly code: number; readonly reason: string };

export interface IdentifyOptions {
  readonly authenticate: WebSocketTransportOptions["authenticate"];
  readonly platform: HubPlatform;
  readonly timeoutMs: number;
  readonly report: (error: unknown, subject: string) => void;
}

const TOO_LATE: Identity = { type: "refused", code: CLOSE_CODES.handshakeTimeout, reason: "handshake timeout" };
const EXPIRED: Identity = { type: "refused", code: CLOSE_CODES.tokenExpired, reason: "token expired" };
const UNDECIDED: Identity = { type: "refused", code: CLOSE_CODES.serverError, reason: "try again" };

/** Never rejects. */
export function identify(
  request: IncomingMessage,
  { authenticate, platform, timeoutMs, report }: IdentifyOptions,
): Promise<Identity> {
  const provenAt = platform.now();
  return new Promise((resolve) => {
    const cancel = platform.setTimer(timeoutMs, () => resolve(TOO_LATE));
    Promise.resolve()
      .then(() => authenticate(request))
      .then((principal): Identity => {
        if (principal === null) return { type: "unknown" };
        return isExpired(principal, platform.now()) ? EXPIRED : { type: "known", principal, provenAt };
      })
      .then(resolve, (error: unknown) => {
        report(error, "authenticate");
        resolve(UNDECIDED);
      })
      .finally(cancel);
  });
}
