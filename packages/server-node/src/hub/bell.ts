/**
 * Owns what a hub says to other hubs and hears from them: rings that are paced, and whether hearing works at all. A
 * doorbell that fails costs time, never a commit: nothing in here throws or is waited for.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Doorbell, DoorbellListener, Notice } from "../doorbell/contract.ts";
import { tenantDigest } from "../doorbell/tenant-digest.ts";
import type { HubPlatform } from "../platform/hub-platform.ts";
import type { SessionKey } from "../storage/contract.ts";
import type { ErrorLog } from "./error-log.ts";
import type { Revocation, RevocationChannel } from "./revocation.ts";
import { sessionName } from "./session-name.ts";

/** Of one session: 20 rings a second. */
const RING_EVERY_MS = 50;
/** Names of tenants that digests are read back to. */
const MAX_TENANTS = 10_000;

/** `deaf`: notices may be lost; the healing poll alone brings news. */
export type BellState = "connecting" | "listening" | "deaf";

/** What the hub does about what is heard. */
export interface BellHandlers {
  onHead(session: SessionKey, epoch: string, ordinal: bigint): void;
  onEphemeral(session: SessionKey, key: string, payload: string | null, ttlMs: number): void;
  /** Something may have been missed. */
  heal(): void;
}

export interface BellOptions {
  readonly doorbell: Doorbell;
  readonly hubId: string;
  readonly platform: HubPlatform;
  readonly probeMs: number;
  readonly errors: ErrorLog;
}

/** Without the name of who rings. */
type Unsigned<Said> = Said extends Notice ? Omit<Said, "from"> : never;

export class Bell implements RevocationChannel {
  readonly #options: BellOptions;
  readonly #pacing = new Map<string, { latest: Unsigned<Notice> | null }>();
  readonly #met = new Set<string>();
  /** By digest. */
  readonly #tenants = new Map<string, string>();
  readonly #revocationListeners = new Set<(revocation: Revocation) => void>();
  #handlers: BellHandlers | null = null;
  #state: BellState = "connecting";
  /** Rung and not heard yet. */
  #probe: string | null = null;
  #stopListening: () => void = () => undefined;
  #stopProbing: () => void = () => undefined;

  constructor(options: BellOptions) {
    this.#options = options;
  }

  get state(): BellState {
    return this.#state;
  }

  start(handlers: BellHandlers): void {
    this.#handlers = handlers;
    this.#listen();
    this.#probeLater();
  }

  stop(): void {
    this.#stopProbing();
    this.#stopListening();
    this.#handlers = null;
  }

  /** Sessions of this tenant are of interest here. */
  meet(tenant: string): void {
    if (this.#met.has(tenant)) return;
    if (this.#met.size >= MAX_TENANTS) {
      this.#met.clear();
      this.#tenants.clear();
    }
    this.#met.add(tenant);
    this.#tenants.set(tenantDigest(tenant), tenant);
  }

  /** The first at once; of those that follow within the pace only the latest. */
  ringHead(session: SessionKey, epoch: string, ordinal: bigint): void {
    const name = sessionName(session);
    const notice = { type: "head", session, epoch, ordinal } as const;
    const pace = this.#pacing.get(name);
    if (pace !== undefined) {
      pace.latest = notice;
      return;
    }
    this.#ring(notice);
    this.#pacing.set(name, { latest: null });
    this.#paceLater(name);
  }

  ringEphemeral(session: SessionKey, key: string, payload: string | null, ttlMs: number): void {
    this.#ring({ type: "ephemeral", session, key, payload, ttlMs });
  }

  announce(revocation: Revocation): void {
    this.#ring({ type: "revoked", revocation });
  }

  listen(listener: (revocation: Revocation) => void): () => void {
    this.#revocationListeners.add(listener);
    return () => void this.#revocationListeners.delete(listener);
  }

  #paceLater(name: string): void {
    this.#options.platform.setTimer(RING_EVERY_MS, () => {
      const latest = this.#pacing.get(name)?.latest ?? null;
      if (latest === null) {
        this.#pacing.delete(name);
        return;
      }
      this.#pacing.set(name, { latest: null });
      this.#ring(latest);
      this.#paceLater(name);
    });
  }

  #ring(notice: Unsigned<Notice>): void {
    const { doorbell, hubId } = this.#options;
    const rung = settled(() => doorbell.ring({ ...notice, from: hubId }));
    rung.catch((error: unknown) => this.#fail(error));
  }

  #listen(): void {
    let current = true;
    const listener: DoorbellListener = {
      heard: (notice) => {
        if (current) this.#hear(notice);
      },
      connected: () => {
        if (!current) return;
        this.#connect();
        this.#ringProbe();
      },
      disconnected: (error) => {
        if (current) this.#fail(error);
      },
      tenantOf: (digest) => this.#tenants.get(digest),
    };
    let stop: () => void = () => undefined;
    try {
      stop = this.#options.doorbell.listen(listener);
    } catch (error) {
      // Tried again when the next probe is due, and not heard.
      this.#fail(error);
    }
    this.#stopListening = () => {
      current = false;
      try {
        stop();
      } catch (error) {
        this.#fail(error);
      }
    };
  }

  #hear(notice: Notice): void {
    if (notice.type === "probe") {
      if (notice.nonce !== this.#probe) return;
      this.#probe = null;
      if (this.#state !== "listening") this.#connect();
      return;
    }
    if (notice.from === this.#options.hubId) return;
    switch (notice.type) {
      case "head":
        this.#handlers?.onHead(notice.session, notice.epoch, notice.ordinal);
        break;
      case "ephemeral":
        this.#handlers?.onEphemeral(notice.session, notice.key, notice.payload, notice.ttlMs);
        break;
      case "revoked":
        for (const listener of this.#revocationListeners) listener(notice.revocation);
        break;
    }
  }

  #connect(): void {
    this.#state = "listening";
    this.#handlers?.heal();
  }

  #fail(error: unknown): void {
    if (this.#handlers === null || this.#state === "deaf") return;
    this.#state = "deaf";
    this.#options.errors.report({ kind: "doorbell", error, subject: "doorbell" });
  }

  #probeLater(): void {
    const { platform, probeMs } = this.#options;
    this.#stopProbing = platform.setTimer(probeMs, () => {
      if (this.#probe === null) this.#ringProbe();
      else this.#listenAnew();
      this.#probeLater();
    });
  }

  /** Heard by the next one, or this hub is deaf: a subscription can die without a word. */
  #ringProbe(): void {
    this.#probe = this.#options.platform.randomId();
    this.#ring({ type: "probe", nonce: this.#probe });
  }

  #listenAnew(): void {
    this.#fail(new SessionStreamError("timeout", "The doorbell does not ring here: a probe was not heard."));
    this.#probe = null;
    this.#stopListening();
    this.#listen();
  }
}

/** An app's doorbell may throw where it should reject. */
async function settled(ring: () => Promise<void>): Promise<void> {
  await ring();
}
