/**
 * Owns whose a connection is while it lives: its principal, and the renewal of it in place (P-83, P-84). What was
 * proven once can be proven again, never exchanged for somebody else.
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import type { ServerFrameInit } from "@sessionstream/protocol/codec";
import type { AuthenticateRequest } from "@sessionstream/protocol/sessionstream/v1";
import type { Principal } from "../../command/define-command.ts";
import { isSamePrincipal } from "../../hub/revocation.ts";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import type { Failure } from "./connection-subscriptions.ts";
import { createLifetime } from "./lifetime.ts";
import type { Verdict, Verify } from "./verify-credentials.ts";
import type { WebSocketLimits } from "./websocket-options.ts";

export interface ConnectionIdentityOptions {
  readonly principal: Principal;
  /** `null`: this server does not offer "auth". */
  readonly verify: Verify | null;
  readonly platform: HubPlatform;
  readonly limits: Pick<WebSocketLimits, "authNoticeMs" | "authGraceMs">;
  readonly port: {
    send(frame: ServerFrameInit): void;
    refuse(failure: Failure): void;
    fail(failure: Failure): void;
    close(code: number, reason: string): void;
    /** Whether the client knows what `auth_expiring` means. */
    knowsAuth(): boolean;
  };
}

export interface ConnectionIdentity {
  principal(): Principal;
  authenticate(request: AuthenticateRequest): void;
  stop(): void;
}

export function createConnectionIdentity(options: ConnectionIdentityOptions): ConnectionIdentity {
  const { verify, platform, limits, port } = options;
  let { principal } = options;
  let state: "resting" | "verifying" | "stopped" = "resting";
  const lifetime = createLifetime({
    platform,
    noticeMs: limits.authNoticeMs,
    graceMs: limits.authGraceMs,
    onExpiring(remainingMs) {
      if (port.knowsAuth()) port.send({ case: "authExpiring", value: { expiresInMs: Math.floor(remainingMs) } });
    },
    onExpired: () => port.close(CLOSE_CODES.tokenExpired, "token expired"),
  });
  lifetime.renew(principal.expiresAt);

  function settle(verdict: Verdict, requestId: string): void {
    switch (verdict.type) {
      case "failed":
        port.fail({ code: "internal", message: "The server could not check this now: try again", requestId });
        return;
      case "refused":
        port.refuse({ code: "unauthenticated", message: "This is not valid any more: sign in again", requestId });
        return;
      case "known":
        if (!isSamePrincipal(verdict.principal, principal)) {
          port.close(CLOSE_CODES.forbidden, "another principal");
          return;
        }
        principal = verdict.principal;
        lifetime.renew(principal.expiresAt);
        port.send({ case: "authenticated", value: { requestId } });
    }
  }

  return {
    principal: () => principal,
    authenticate(request) {
      const { requestId } = request;
      if (verify === null) {
        const message = `This server does not offer "auth": reconnect with another token`;
        port.refuse({ code: "protocol_error", message, requestId });
      } else if (state === "verifying") {
        port.refuse({
          code: "protocol_error",
          message: "authenticate: wait for the answer to the last one",
          requestId,
        });
      } else {
        state = "verifying";
        void verify(request).then((verdict) => {
          if (state === "stopped") return;
          state = "resting";
          settle(verdict, requestId);
        });
      }
    },
    stop() {
      state = "stopped";
      lifetime.stop();
    },
  };
}
