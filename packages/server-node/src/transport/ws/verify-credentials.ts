/** Owns what a client's `authenticate` frame proves. Knows no socket; a secret goes nowhere but to who can judge it. */
import type { IncomingMessage } from "node:http";
import { SessionStreamError } from "@sessionstream/protocol";
import type { AuthenticateRequest } from "@sessionstream/protocol/sessionstream/v1";
import type { Principal } from "../../command/define-command.ts";
import { inTime } from "../../platform/hooks.ts";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import { isExpired } from "../is-expired.ts";
import type { Tickets } from "../tickets.ts";

export type Verdict =
  /** `provenAt`: nothing that was revoked since then may count on it. */
  | { readonly type: "known"; readonly principal: Principal; readonly provenAt: number }
  | { readonly type: "refused" }
  /** The app could not say; that was reported. */
  | { readonly type: "failed" };

export type Verify = (credentials: Pick<AuthenticateRequest, "token" | "ticket">) => Promise<Verdict>;

export interface CredentialOptions {
  readonly authenticateToken:
    | ((token: string, request: IncomingMessage) => Principal | null | Promise<Principal | null>)
    | undefined;
  readonly tickets: Pick<Tickets, "redeem"> | undefined;
  readonly platform: Pick<HubPlatform, "now" | "setTimer">;
  readonly report: (error: unknown, subject: string) => void;
}

/** For one connection. `null`: nobody can prove anything here, so `auth` is not offered. */
export function createVerify(options: CredentialOptions, request: IncomingMessage): Verify | null {
  const { authenticateToken, tickets, platform, report } = options;
  if (authenticateToken === undefined && tickets === undefined) return null;
  const origin = request.headers.origin ?? null;

  async function prove(token: string, ticket: string): Promise<Verdict> {
    if ((token === "") === (ticket === "")) return { type: "refused" };
    if (ticket !== "") {
      const redeemed = (await inTime(tickets?.redeem(ticket, origin), "tickets.redeem", platform)) ?? null;
      return redeemed === null ? { type: "refused" } : known(redeemed.principal, redeemed.issuedAt);
    }
    const askedAt = platform.now();
    const principal = (await inTime(authenticateToken?.(token, request), "authenticateToken", platform)) ?? null;
    return principal === null ? { type: "refused" } : known(principal, askedAt);
  }

  function known(principal: Principal, provenAt: number): Verdict {
    return isExpired(principal, platform.now()) ? { type: "refused" } : { type: "known", principal, provenAt };
  }

  return async ({ token, ticket }) => {
    try {
      return await prove(token, ticket);
    } catch (cause) {
      report(withoutSecret(cause, token || ticket), "authenticate");
      return { type: "failed" };
    }
  };
}

/** An app's error may quote what it could not read, and ends in logs (X31). Whoever handles it finds it as the cause. */
function withoutSecret(cause: unknown, secret: string): SessionStreamError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new SessionStreamError("internal", said.replaceAll(secret, "[secret]"), { cause });
}
