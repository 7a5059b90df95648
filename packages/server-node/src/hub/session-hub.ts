/** Owns the hub's face: who may, into which lane, and the hub's own life. What happens in a lane is lane.ts. */
import type { PayloadRegistry } from "@sessionstream/protocol/codec";
import type { Principal } from "../command/define-command.ts";
import type { PublishOptions, PublishResult } from "../effect/effect.ts";
import type { EventInput } from "../event/define-event.ts";
import type { AttachRequest, Subscription } from "../fan-out/subscriber.ts";
import type { SessionKey } from "../storage/contract.ts";
import { acceptCommand, checkSessionId } from "./accept.ts";
import { AccessWatch } from "./access-watch.ts";
import { authorize } from "./authorize.ts";
import type { HubCore } from "./core.ts";
import { eraseEvents } from "./erase-events.ts";
import type { ErrorRecord } from "./error-records.ts";
import type { CommandAck, Hub, HubStats, SessionSnapshot, SnapshotQuery, SubmitRequest } from "./hub.ts";
import type { AuthorizeRequest, HubLimits } from "./hub-options.ts";
import type { Lane } from "./lane.ts";
import { permitCommand } from "./permit-command.ts";
import { rebuildLane } from "./rebuild-lane.ts";
import { removeSession } from "./remove-session.ts";
import { retainLane } from "./retain-lane.ts";
import type { Retained, RetentionPolicy } from "./retention-policy.ts";
import { retryErrors } from "./retry-errors.ts";
import type { Revocation } from "./revocation.ts";
import { SessionTable } from "./session-table.ts";
import { snapshotAsOf, snapshotOf } from "./snapshot-as-of.ts";
import { createAnswer } from "./unit.ts";
import { closedError, drainingError, forbiddenError } from "./unit-errors.ts";
import { Upkeep } from "./upkeep.ts";

export class SessionHub implements Hub {
  readonly payloads: PayloadRegistry;
  readonly #core: HubCore;
  readonly #table: SessionTable;
  readonly #access: AccessWatch;
  /** `null`: this process is alone. */
  readonly #upkeep: Upkeep | null;
  #stopSweeping: () => void = () => undefined;
  #closing: Promise<void> | null = null;

  constructor(core: HubCore) {
    this.payloads = core.registry.payloads;
    this.#core = core;
    this.#table = new SessionTable(core);
    this.#access = new AccessWatch(core);
    this.#upkeep = core.sharing === null ? null : new Upkeep(core, core.sharing, this.#table);
    this.#upkeep?.start();
    this.#sweepLater();
  }

  get limits(): HubLimits {
    return this.#core.limits;
  }

  async submit(request: SubmitRequest): Promise<CommandAck> {
    this.#checkOpen();
    const accepted = acceptCommand(this.#core, request);
    const { principal } = request;
    const session = sessionOf(principal, request.session);
    const granted = await permitCommand(this.#core, request, this.#table.peek(session));
    return this.#table.withLane(session, async (lane) => {
      await lane.ready();
      return lane.submit({
        type: "command",
        id: request.id,
        ...accepted,
        principal: Object.freeze({ id: principal.id, tenant: principal.tenant }),
        granted,
        mintedIds: [],
        decision: null,
        eventIds: [],
        attempts: 0,
        outcomeUnknown: false,
        answer: createAnswer(),
      });
    });
  }

  async publish(
    session: SessionKey,
    events: readonly EventInput[],
    options: PublishOptions = {},
  ): Promise<PublishResult> {
    checkSessionId(session?.session, "invalid_event");
    return this.#table.withLane(session, (lane) => lane.publish(events, options));
  }

  async snapshot({ principal, session, asOf }: SnapshotQuery): Promise<SessionSnapshot | null> {
    checkSessionId(session, "bad_request");
    await authorize(this.#core, { principal, action: "read", session, command: undefined });
    return this.#table.withLane(sessionOf(principal, session), async (lane) => {
      await this.#current(lane);
      const { state } = lane;
      if (state.isUnborn) return null;
      if (asOf === undefined || asOf >= state.view.ordinal) return snapshotOf(state);
      return snapshotAsOf(this.#core, state, asOf);
    });
  }

  async attach(principal: Principal, request: AttachRequest): Promise<Subscription> {
    this.#checkOpen();
    const { tenant, session } = request.session;
    checkSessionId(session, "bad_request");
    // The tenant is what `authenticate` said, never what a frame says (L13).
    if (tenant !== principal.tenant) throw forbiddenError();
    return this.#access.admit(principal, request, (guarded) =>
      this.#table.withLane(request.session, async (lane) => {
        if (lane.isFollowed) await lane.ready();
        else await this.#current(lane);
        return lane.fanOut.attach(guarded);
      }),
    );
  }

  async permit(request: AuthorizeRequest): Promise<void> {
    checkSessionId(request.session, "bad_request");
    await authorize(this.#core, request);
  }

  async remove(principal: Principal, session: string): Promise<void> {
    checkSessionId(session, "bad_request");
    await authorize(this.#core, { principal, action: "remove", session, command: undefined });
    await this.#table.withLane(sessionOf(principal, session), removeSession);
  }

  async rebuild(session: SessionKey): Promise<void> {
    checkSessionId(session?.session, "bad_request");
    await this.#table.withLane(session, rebuildLane);
  }

  async retain(session: SessionKey, policy: RetentionPolicy): Promise<Retained> {
    checkSessionId(session?.session, "bad_request");
    return this.#table.withLane(session, async (lane) => {
      await this.#current(lane);
      return retainLane(lane, policy);
    });
  }

  async erase(session: SessionKey, ordinals: readonly bigint[]): Promise<void> {
    checkSessionId(session?.session, "bad_request");
    await this.#table.withLane(session, (lane) => eraseEvents(lane, ordinals));
  }

  revoke(revocation: Revocation): void {
    this.#access.revoke(revocation);
  }

  onRevoked(listener: (revocation: Revocation) => void): () => void {
    return this.#access.onRevoked(listener);
  }

  errors({ session, limit = 100 }: { session?: SessionKey; limit?: number } = {}): Promise<readonly ErrorRecord[]> {
    return this.#core.errors.list(session === undefined ? { limit } : { session, limit });
  }

  discardErrors(errorIds: readonly string[]): Promise<void> {
    return this.#core.errors.discard(errorIds);
  }

  async retryErrors(session: SessionKey): Promise<readonly ErrorRecord[]> {
    checkSessionId(session?.session, "bad_request");
    return this.#table.withLane(session, retryErrors);
  }

  stats(): HubStats {
    const lanes = this.#table.lanes();
    return {
      sessions: lanes.length,
      subscribers: lanes.reduce((sum, lane) => sum + lane.fanOut.size, 0),
      effects: lanes.reduce((sum, lane) => sum + lane.effects.size, 0),
      draining: this.#core.phase.current !== "open",
      doorbell: this.#core.sharing?.bell?.state ?? "none",
    };
  }

  async drain(): Promise<void> {
    if (this.#core.phase.current === "open") this.#core.phase.current = "draining";
    this.#stopSweeping();
    this.#upkeep?.leave();
    await this.#checkpointAll();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.drain();
    const lanes = this.#table.lanes();
    for (const lane of lanes) lane.effects.abortAll();
    const ended = lanes.map((lane) => Promise.all([lane.effects.ended(), lane.due.ended()]));
    await this.#atMost(Promise.all(ended), this.#core.limits.closeGraceMs);
    // What effects said as they ended.
    await this.#checkpointAll();
    this.#core.phase.current = "closed";
    this.#upkeep?.stop();
    this.#access.close();
    this.#table.disposeAll();
    await this.#core.errors.settled();
    await this.#core.storage.close();
  }

  /** Nobody follows a session that nobody watches: what others stored meanwhile is read before it is shown. */
  async #current(lane: Lane): Promise<void> {
    const mayBeBehind = lane.isLoaded && this.#core.sharing !== null;
    await lane.ready();
    if (mayBeBehind) await lane.catchUp();
  }

  async #checkpointAll(): Promise<void> {
    await Promise.all(this.#table.lanes().map((lane) => lane.checkpoint()));
  }

  async #atMost(done: Promise<unknown>, ms: number): Promise<void> {
    let cancel: () => void = () => undefined;
    const expired = new Promise<void>((resolve) => {
      cancel = this.#core.platform.setTimer(ms, resolve);
    });
    await Promise.race([done, expired]);
    cancel();
  }

  #sweepLater(): void {
    this.#stopSweeping = this.#core.platform.setTimer(this.#core.limits.sweepMs, () => void this.#sweep());
  }

  async #sweep(): Promise<void> {
    await this.#table.sweep();
    if (this.#core.phase.current === "open") this.#sweepLater();
  }

  #checkOpen(): void {
    if (this.#core.phase.current === "closed") throw closedError();
    if (this.#core.phase.current === "draining") throw drainingError();
  }
}

function sessionOf(principal: Principal, session: string): SessionKey {
  return { tenant: principal.tenant, session };
}
