/**
 * Owns who may read what: own sessions are their owner's, and anybody may be barred from any. Whoever was barred gets
 * nothing of that session any more once the server was told, or has asked again (I13).
 */
import type { Principal, SessionKey } from "@sessionstream/server-node";
import { type HubProcess, REAUTHORIZE_MS } from "../server/hub-process.ts";
import type { Clock } from "../time/clock.ts";
import type { Judge } from "./violation.ts";

interface Bar {
  readonly at: number;
  /** The server that was told; the others have to ask. */
  readonly told: HubProcess | null;
}

const WITHIN_MS = 1_000;
/** What carries a session's content. */
const CONTENT = /^\{"(snapshot|timeline|ephemeral)":/;

export class Permissions {
  readonly #clock: Clock;
  readonly #judge: Judge;
  readonly #bars = new Map<string, Bar>();

  constructor(clock: Clock, judge: Judge) {
    this.#clock = clock;
    this.#judge = judge;
  }

  /** Unless they are barred. */
  belongs(principal: Principal, session: string): boolean {
    return !session.startsWith("own-") || session === `own-${principal.id}`;
  }

  mayRead(principal: Principal, session: string): boolean {
    return this.belongs(principal, session) && !this.#bars.has(nameOf(principal, session));
  }

  bar(principal: Principal, session: SessionKey, told: HubProcess | null): void {
    const name = nameOf(principal, session.session);
    if (!this.#bars.has(name)) this.#bars.set(name, { at: this.#clock.now, told });
    told?.hub.revoke({ session, principal });
  }

  /** A server writes this to somebody's connection. */
  written(server: HubProcess, principal: Principal, text: string): void {
    if (this.#bars.size === 0 || !CONTENT.test(text)) return;
    // CAST: a frame of ours.
    const [frame] = Object.values(JSON.parse(text) as Record<string, { readonly sessionId: string }>);
    const bar = this.#bars.get(nameOf(principal, frame?.sessionId ?? ""));
    // A process that slept could neither hear nor ask.
    if (bar === undefined || server.hasSlept) return;
    const until = bar.at + WITHIN_MS + (bar.told === server ? 0 : REAUTHORIZE_MS);
    if (this.#clock.now <= until) return;
    const late = `${principal.id} is sent of ${frame?.sessionId} ${this.#clock.now - bar.at} ms after being barred`;
    this.#judge.violate("I13", `${late}: ${text.slice(0, 120)}`);
  }
}

function nameOf({ tenant, id }: Principal, session: string): string {
  return JSON.stringify([tenant, id, session]);
}
