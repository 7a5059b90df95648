/** Owns what a client's `authenticate` frame proves. Knows no socket; a secret goes nowhere but to who can judge it. */
import type { IncomingMessage } from "node:http";
import { SessionStreamError } from "@sessionstream/protocol";
import type { AuthenticateRequest } from "@sessionstream/protocol/sessionstream/v1";
import type { Principal } from "../../command/define-command.ts";
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
  readonly now: () => number;
  readonly report: (error: unknown, subject: string) => void;
}

/** For one connection. `null`: nobody can prove anything here, so `auth` is not offered. */
export function createVerify(options: CredentialOptions, request: IncomingMessage): Verify | null {
  const { authenticateToken, tickets, now, report } = options;
  if (authenticateToken === undefined && tickets === undefined) return null;
  const origin = request.headers.origin ?? null;

  async function prove(token: string, ticket: string): Promise<Verdict> {
    if ((token === "") === (ticket === "")) return { type: "refused" };
    if (ticket !== "") {
      const redeemed = (await tickets?.redeem(ticket, origin)) ?? null;
      return redeemed === null ? { type: "refused" } : known(redeemed.principal, redeemed.issuedAt);
    }
    const askedAt = now();
    const principal = (await authenticateToken?.(token, request)) ?? null;
    return principal === null ? { type: "refused" } : known(principal, askedAt);
  }

  function known(principal: Principal, provenAt: number): Verdict {
    return isExpired(principal, now()) ? { type: "refused" } : { type: "known", principal, provenAt };
  }

  return async ({ token, ticket }) => {
    try {
      return await prove(token, ticket);
    } catch (cause) {
      // The app's own words may quote the secret: they stay in the cause, which our own log does not print (X31).
      report(new SessionStreamError("internal", "The credentials of a socket could not be checked", { cause }), "authenticate");
      return { type: "failed" };
    }
  };
}

/** What is no time at all has never begun. */
export function isExpired({ expiresAt }: Principal, now: number): boolean {
  return expiresAt !== undefined && !(expiresAt > now);
}
