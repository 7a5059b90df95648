/**
 * Owns that a subscription lasts no longer than its permission: asked before it begins, asked again while it lives, and
 * ended at once by a revocation. Whoever is ended gets no frame after that, whatever is still on its way to it.
 * Does not know connections: those are told by `onRevoked`.
 */
import { CLOSE_CODES, SessionStreamError } from "@sessionstream/protocol";
import type { Principal } from "../command/define-command.ts";
import type { AttachRequest, SubscriberSink, Subscription } from "../fan-out/subscriber.ts";
import { tell } from "../platform/hooks.ts";
import { authorize } from "./authorize.ts";
import type { HubCore } from "./core.ts";
import { jittered } from "./jitter.ts";
import { isSamePrincipal, type Revocation } from "./revocation.ts";
import { forbiddenError } from "./unit-errors.ts";

/** Failures in a row of the app's `authorize` after which what it allowed before counts no more. */
const MAX_FAILURES = 3;

interface Member {
  readonly principal: Principal;
  readonly request: AttachRequest;
  state: MemberState;
}

/** Nothing is sent to who left or was ended. */
type MemberState =
  | { readonly type: "arriving" }
  | { readonly type: "served"; readonly subscription: Subscription }
  | { readonly type: "left" }
  | { readonly type: "ended"; readonly error: SessionStreamError };

/** The subscriptions of one principal to one session: they are asked about together. */
interface Group {
  readonly members: Set<Member>;
  failures: number;
  cancelTimer: () => void;
}

export class AccessWatch {
  readonly #core: HubCore;
  readonly #groups = new Map<string, Group>();
  readonly #listeners = new Set<(revocation: Revocation) => void>();
  readonly #stopListening: () => void;

  constructor(core: HubCore) {
    this.#core = core;
    this.#stopListening = core.revocations?.listen((revocation) => this.#apply(revocation)) ?? (() => undefined);
  }

  /** @throws SessionStreamError `forbidden`, also when it was revoked on the way; whatever `attach` throws. */
  async admit(
    principal: Principal,
    request: AttachRequest,
    attach: (request: AttachRequest) => Promise<Subscription>,
  ): Promise<Subscription> {
    const member: Member = { principal, request, state: { type: "arriving" } };
    this.#join(member);
    try {
      await this.#ask(member);
      return await attach({
        ...request,
        onOpen(subscription) {
          if (member.state.type === "ended") throw member.state.error;
          member.state = { type: "served", subscription };
          request.onOpen?.(subscription);
        },
        onEnd: () => {
          this.#leave(member);
          request.onEnd?.();
        },
      });
    } catch (error) {
      this.#leave(member);
      throw error;
    }
  }

  revoke(revocation: Revocation): void {
    this.#apply(revocation);
    const { revocations, errors } = this.#core;
    if (revocations === undefined) return;
    tell(
      (said: Revocation) => revocations.announce(said),
      [revocation],
      (error) => void errors.report({ kind: "authorize", error, subject: "revocation channel" }),
    );
  }

  onRevoked(listener: (revocation: Revocation) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopListening();
    for (const group of this.#groups.values()) group.cancelTimer();
    this.#groups.clear();
  }

  #apply(revocation: Revocation): void {
    for (const member of this.#membersOf(revocation)) {
      if ("session" in revocation) this.#dismiss([member], forbiddenError());
      else if (this.#end(member, forbiddenError()) !== null) {
        this.#tell(member, (sink) => sink.close(CLOSE_CODES.revoked, "revoked"));
      }
    }
    for (const listener of this.#listeners) {
      this.#core.errors.callObserver("onRevoked", listener, revocation);
    }
  }

  #membersOf(revocation: Revocation): readonly Member[] {
    const members = [...this.#groups.values()].flatMap((group) => [...group.members]);
    if ("connection" in revocation) return [];
    const { principal } = revocation;
    const whose = (member: Member) => principal === undefined || isSamePrincipal(member.principal, principal);
    if (!("session" in revocation)) return members.filter(whose);
    const { tenant, session } = revocation.session;
    return members
      .filter(({ request }) => request.session.tenant === tenant && request.session.session === session)
      .filter(whose);
  }

  #join(member: Member): void {
    const name = nameOf(member);
    const group = this.#groups.get(name) ?? this.#open(name);
    group.members.add(member);
  }

  #leave(member: Member): void {
    if (member.state.type === "ended") return;
    member.state = { type: "left" };
    this.#forget(member);
  }

  /** Nobody asks about it any more. */
  #forget(member: Member): void {
    const name = nameOf(member);
    const group = this.#groups.get(name);
    if (group === undefined || !group.members.delete(member) || group.members.size > 0) return;
    group.cancelTimer();
    this.#groups.delete(name);
  }

  #open(name: string): Group {
    const group: Group = { members: new Set(), failures: 0, cancelTimer: () => undefined };
    this.#groups.set(name, group);
    this.#askLater(group);
    return group;
  }

  #askLater(group: Group): void {
    const { platform, limits } = this.#core;
    // At the latest when the interval is over.
    const delayMs = jittered((limits.reauthorizeMs * 5) / 6, platform);
    group.cancelTimer = platform.setTimer(delayMs, () => {
      this.#askLater(group);
      void this.#askAgain(group);
    });
  }

  async #askAgain(group: Group): Promise<void> {
    // Who comes while it is asked is asked about on their own.
    const members = [...group.members].filter(({ state }) => state.type === "served");
    const [first] = members;
    if (first === undefined) return;
    try {
      await this.#ask(first, first.request.principal?.());
      group.failures = 0;
    } catch (thrown) {
      const error = SessionStreamError.from(thrown);
      if (error.code === "forbidden") this.#dismiss(members, error);
      else this.#fail(group, members, error);
    }
  }

  /** An app that cannot decide right now must not throw everybody out, nor let them stay for ever. */
  #fail(group: Group, members: readonly Member[], error: SessionStreamError): void {
    group.failures += 1;
    const session = members[0]?.request.session;
    this.#core.errors.report({ kind: "authorize", error, subject: "authorize", ...(session && { session }) });
    if (group.failures >= MAX_FAILURES) this.#dismiss(members, error);
  }

  #dismiss(members: readonly Member[], error: SessionStreamError): void {
    for (const member of members) {
      // Whoever is still on the way hears it from `admit`.
      if (this.#end(member, error) === "served") this.#tell(member, (sink) => sink.ended(error));
    }
  }

  /** Synchronous: nothing is sent to it afterwards. @returns what it was; `null`: gone already. */
  #end(member: Member, error: SessionStreamError): "arriving" | "served" | null {
    const { state } = member;
    if (state.type === "left" || state.type === "ended") return null;
    member.state = { type: "ended", error };
    if (state.type === "served") state.subscription.detach();
    this.#forget(member);
    return state.type;
  }

  #ask({ principal: admitted, request }: Member, principal = admitted): Promise<void> {
    return authorize(this.#core, { principal, action: "read", session: request.session.session, command: undefined });
  }

  /** A sink's throw is its own (L6). */
  #tell(member: Member, call: (sink: SubscriberSink) => void): void {
    try {
      call(member.request.sink);
    } catch (error) {
      this.#core.errors.report({ kind: "fan-out", error, subject: "subscriber", session: member.request.session });
    }
  }
}

function nameOf({ principal, request }: Member): string {
  return JSON.stringify([principal.tenant, principal.id, request.session.session]);
}
