/**
 * Owns the port between hubs: a bell that says *that* something happened, never what. Correctness does not depend on
 * it: a notice may be lost, doubled or late, and content is read from storage. What is heard only makes it soon.
 */
import type { Revocation } from "../hub/revocation.ts";
import type { SessionKey } from "../storage/contract.ts";

interface NoticeBase {
  /** The hub that rang. */
  readonly from: string;
}

/** The log of a session goes up to here; epoch `""` and ordinal 0: there is none any more. */
export interface HeadNotice extends NoticeBase {
  readonly type: "head";
  readonly session: SessionKey;
  readonly epoch: string;
  readonly ordinal: bigint;
}

/** What is shown beside the log: never stored, so it travels by itself, or not at all. */
export interface EphemeralNotice extends NoticeBase {
  readonly type: "ephemeral";
  readonly session: SessionKey;
  readonly key: string;
  /** protobuf JSON text with "@type"; `null` takes it away. */
  readonly payload: string | null;
  readonly ttlMs: number;
}

export interface RevokedNotice extends NoticeBase {
  readonly type: "revoked";
  readonly revocation: Revocation;
}

/** A hub listens for its own, to know that it hears at all. */
export interface ProbeNotice extends NoticeBase {
  readonly type: "probe";
  readonly nonce: string;
}

export type Notice = HeadNotice | EphemeralNotice | RevokedNotice | ProbeNotice;

/** Nothing of it throws. */
export interface DoorbellListener {
  heard(notice: Notice): void;
  /** From now on notices come; those before may be lost. Called after each interruption too. */
  connected(): void;
  /** Notices may be lost. The doorbell tries to come back by itself. */
  disconnected(error: unknown): void;
  /** On a bus that others can read, tenants go by their digest. `undefined`: nobody of that tenant is here. */
  tenantOf(digest: string): string | undefined;
}

export interface Doorbell {
  /** To every listener, those of this process included. A rejection means: probably nobody heard it. */
  ring(notice: Notice): Promise<void>;
  /** @returns stops it. Idempotent; afterwards another `listen` begins anew. */
  listen(listener: DoorbellListener): () => void;
}
