import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { ErrorCode, JsonObject } from "@sessionstream/protocol";
import type { Effect } from "../effect/effect.ts";
import type { EventInput } from "../event/define-event.ts";
import type { SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";

/** Who acts. `tenant` comes from `authenticate`, never from a frame or a body (L13). */
export interface Principal {
  readonly id: string;
  readonly tenant: string;
  /** Until when this is known, in milliseconds since the Unix epoch. Absent: as long as the connection lasts. */
  readonly expiresAt?: number;
}

/** A command as `decide` sees it. */
export interface CommandRequest<Desc extends DescMessage = DescMessage> {
  readonly id: string;
  readonly payload: MessageShape<Desc>;
  readonly principal: Principal;
  readonly session: SessionKey;
  /** When it is decided, by this server's clock, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** The n-th random id of this command: the same on every attempt, so that a re-run decides the same ids. */
  mintId(n: number): string;
}

export type Decision =
  | {
      readonly type: "accept";
      readonly events: readonly EventInput[];
      /** What the caller is told, now and on every retry. */
      readonly outcome: JsonObject;
      /** Started once after the commit; lost in a crash. What must survive one belongs into a module's `due`. */
      readonly effects: readonly Effect[];
    }
  | {
      readonly type: "reject";
      readonly code: ErrorCode;
      readonly message: string;
      readonly reason: string | undefined;
    };

/** A command and its decision function. */
export interface CommandType<Desc extends DescMessage = DescMessage> {
  readonly name: string;
  readonly schema: Desc;
  /** Synchronous and without side effects: it runs in the lane and again after every conflict. */
  decide(command: CommandRequest<Desc>, view: SessionView): Decision;
}

export function defineCommand<Desc extends DescMessage>(command: CommandType<Desc>): CommandType<Desc> {
  return command;
}

export function accept(
  events: readonly EventInput[],
  options: { readonly outcome?: JsonObject; readonly effects?: readonly Effect[] } = {},
): Decision {
  return { type: "accept", events, outcome: options.outcome ?? {}, effects: options.effects ?? [] };
}

/** Nothing is stored; a later retry with the same id decides anew. `reason` is an application's own, finer code. */
export function reject(code: ErrorCode, message: string, reason?: string): Decision {
  return { type: "reject", code, message, reason };
}
