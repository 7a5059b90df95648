/**
 * Owns tickets: what a page that is known over HTTP shows on its socket instead of a token, so that no token is ever
 * in an address or in a page's hands (P-82). Only a digest is kept: what could be read in a store opens nothing, and a
 * look-up by digest takes as long for a wrong ticket as for a right one.
 */
import { randomBytes } from "node:crypto";
import { SessionStreamError } from "@sessionstream/protocol";
import type { Principal } from "../command/define-command.ts";
import { sha256 } from "../platform/sha256.ts";

export interface StoredTicket {
  readonly principal: Principal;
  /** Of the page it was given to; `null`: of a program, which has none. */
  readonly origin: string | null;
  /** Milliseconds since the Unix epoch, like `expiresAt`. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Where tickets wait for their one use. Processes behind one address have to share it. */
export interface TicketStore {
  /** May forget the ticket once it has expired. */
  put(digest: string, ticket: StoredTicket): void | Promise<void>;
  /** Removes and returns it, atomically: of two callers at most one gets it. */
  take(digest: string): StoredTicket | null | Promise<StoredTicket | null>;
}

export interface Tickets {
  issue(
    principal: Principal,
    origin: string | null,
  ): Promise<{ readonly ticket: string; readonly expiresInMs: number }>;
  /** Whatever the answer, the ticket is spent. `null`: unknown, used, expired, or of another page. */
  redeem(ticket: string, origin: string | null): Promise<StoredTicket | null>;
}

export interface TicketOptions {
  /** Default: memory, for one process. */
  readonly store?: TicketStore;
  /** Default 30 s: enough for the way from the answer to the socket. */
  readonly lifetimeMs?: number;
  readonly now?: () => number;
}

const TICKET_BYTES = 32;
const LIFETIME_MS = 30_000;
const MAX_TICKETS = 10_000;

export function createTickets(options: TicketOptions = {}): Tickets {
  const { now = () => Date.now(), lifetimeMs = LIFETIME_MS } = options;
  const store = options.store ?? memoryTicketStore({ now });
  if (!(lifetimeMs > 0)) throw new SessionStreamError("invalid_options", "A ticket lives longer than 0 ms");
  return {
    async issue(principal, origin) {
      const ticket = randomBytes(TICKET_BYTES).toString("base64url");
      const issuedAt = now();
      await store.put(sha256(ticket), { principal, origin, issuedAt, expiresAt: issuedAt + lifetimeMs });
      return { ticket, expiresInMs: lifetimeMs };
    },
    async redeem(ticket, origin) {
      const stored = await store.take(sha256(ticket));
      if (stored === null || stored.expiresAt <= now() || stored.origin !== origin) return null;
      return stored;
    },
  };
}

/** Keeps the newest 10,000: who loses an older one to a flood asks for another. */
export function memoryTicketStore({ now = () => Date.now() }: Pick<TicketOptions, "now"> = {}): TicketStore {
  const tickets = new Map<string, StoredTicket>();
  return {
    put(digest, ticket) {
      tickets.set(digest, ticket);
      for (const [oldest, { expiresAt }] of tickets) {
        if (expiresAt > now() && tickets.size <= MAX_TICKETS) break;
        tickets.delete(oldest);
      }
    },
    take(digest) {
      const ticket = tickets.get(digest) ?? null;
      tickets.delete(digest);
      return ticket;
    },
  };
}
