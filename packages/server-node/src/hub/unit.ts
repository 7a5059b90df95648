/**
 * Owns the unit of work in a lane: a command or a publish, with what stays the same over all its attempts (ids minted
 * once) and how its caller is answered.
 */
import type { Message } from "@bufbuild/protobuf";
import type { SessionStreamError } from "@sessionstream/protocol";
import type { CommandType, Decision, Principal } from "../command/define-command.ts";
import type { PublishResult } from "../effect/effect.ts";
import type { EventType } from "../event/define-event.ts";
import type { SessionView } from "../projection/view.ts";
import type { CommandAck } from "./hub.ts";
import type { Action } from "./hub-options.ts";

/** An event that passed the checks, with the text that will be stored: encoded once. */
export interface AcceptedEvent {
  readonly type: EventType;
  readonly payload: Message;
  readonly text: string;
}

interface UnitBase {
  /** Ids of its events, minted as they are needed and kept over attempts. */
  readonly eventIds: string[];
  attempts: number;
  /** A commit that held this unit threw: it may be in the log. */
  outcomeUnknown: boolean;
}

export interface CommandUnit extends UnitBase {
  readonly type: "command";
  readonly id: string;
  readonly command: CommandType;
  readonly payload: Message;
  readonly principal: Principal;
  readonly fingerprint: string;
  /** What `authorize` was asked, and has granted. */
  granted: Action;
  /** Ids the command's decisions drew, kept over attempts. */
  readonly mintedIds: string[];
  /** Of the latest attempt. */
  decision: Extract<Decision, { type: "accept" }> | null;
  readonly answer: Answer<CommandAck>;
}

export interface PublishUnit extends UnitBase {
  readonly type: "publish";
  readonly events: readonly AcceptedEvent[];
  readonly guard: ((view: SessionView) => boolean) | undefined;
  /** Token of the lease under which it is published. */
  readonly fence: bigint | undefined;
  /** The log the publisher works on; another one means `stale`. */
  readonly epoch: string | undefined;
  readonly answer: Answer<PublishResult>;
}

export type Unit = CommandUnit | PublishUnit;

export interface Answer<Result> {
  readonly promise: Promise<Result>;
  resolve(result: Result): void;
  reject(error: SessionStreamError): void;
}

export function createAnswer<Result>(): Answer<Result> {
  let resolve: (result: Result) => void = () => undefined;
  let reject: (error: SessionStreamError) => void = () => undefined;
  const promise = new Promise<Result>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}

/** The n-th id of a unit: the same on every attempt. */
export function nthId(ids: string[], n: number, mint: () => string): string {
  while (ids.length <= n) ids.push(mint());
  // CAST: the loop has filled the place.
  return ids[n] as string;
}
