/**
 * Owns one subscriber of our wire: snapshot in parts, live frames, falling behind and catching up.
 * There is no queue of frames here. While parts leave, or the peer is behind, commits are let go; the subscription
 * knows the last ordinal it sent, and one delta from there replaces all it missed (L6).
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import { encodeServerFrame } from "@sessionstream/protocol/codec";
import type { CommitFrames } from "./commit-frames.ts";
import { encodeFrame } from "./encoded-frame.ts";
import type { LaneHead } from "./lane-reader.ts";
import { createOutlet } from "./outlet.ts";
import { snapshotParts } from "./snapshot-parts.ts";
import { planDelta, planFull, planPage, type SnapshotPlan } from "./snapshot-plan.ts";
import type { EncodedFrame, PageQuery } from "./subscriber.ts";
import type { LiveSubscription, SubscriberContext } from "./subscriber-context.ts";

/**
 * Where the subscriber stands once it has applied all that was enqueued. Its own, and moved in place by live frames:
 * another object per commit and subscriber was half of what a hundred subscribers cost.
 */
interface Position {
  readonly generation: number;
  epoch: string;
  readonly view: string;
  ordinal: bigint;
  readonly floor: bigint;
}

type State =
  /** Holds everything up to the head. */
  | { readonly type: "live"; readonly position: Position }
  /** Waits for its queue to drain before it is told what it missed. */
  | { readonly type: "behind"; readonly position: Position }
  /** A snapshot leaves part by part. `epilogue` follows the last one. */
  | {
      readonly type: "sending";
      readonly position: Position | null;
      readonly parts: Generator<EncodedFrame, EncodedFrame, undefined>;
      readonly reached: Position;
      readonly epilogue: EncodedFrame | null;
    }
  | { readonly type: "ended" };

/** @param resume the cursor was verified: what changed since is enough. */
export function createTimelineSubscription(context: SubscriberContext, resume: boolean): LiveSubscription {
  const { request, reader, lens, limits, platform } = context;
  const sessionId = request.session.session;
  const outlet = createOutlet(request.sink, (error) => {
    context.report(error, `subscriber of ${sessionId}`);
    end();
  });
  const waitingPages: PageQuery[] = [];
  let cancelStallTimer = () => {};
  let state: State = begin();

  function begin(): State {
    const { cursor, window, from } = request;
    const sameEpoch = cursor !== null && cursor.epoch === reader.head().epoch;
    const plan =
      resume && cursor !== null
        ? planDelta(reader, lens.isRow, { since: cursor.ordinal, floor: from })
        : planFull(reader, lens.isRow, { window, held: sameEpoch && from > 0n ? from : null });
    const subscribed = encodeServerFrame({
      case: "subscribed",
      value: { sessionId, sinceSnapshotOrdinal: request.sinceSnapshotOrdinal },
    });
    return sending(plan, {
      position: null,
      requestId: request.requestId,
      floor: plan.floor,
      epilogue: encodeFrame(subscribed, sessionId),
    });
  }

  function sending(
    plan: SnapshotPlan,
    how: { position: Position | null; requestId: string; floor: bigint; epilogue: EncodedFrame | null },
  ): State {
    const { epoch, view, ordinal } = plan.head;
    return {
      type: "sending",
      position: how.position,
      parts: snapshotParts(plan, lens, { sessionId, requestId: how.requestId }, limits.maxFrameBytes),
      reached: { generation: context.generation(), epoch, view, ordinal, floor: how.floor },
      epilogue: how.epilogue,
    };
  }

  /** Sends parts while there is room; what comes next is decided when the last one is out. */
  function pump(): void {
    while (state.type === "sending") {
      if (!hasRoom()) {
        waitForRoom();
        return;
      }
      const { parts, reached, epilogue } = state;
      const part = parts.next();
      outlet.send(part.value);
      if (part.done !== true || isEnded()) continue;
      if (epilogue !== null) outlet.send(epilogue);
      if (!isEnded()) settle(reached);
    }
  }

  /** Missed commits first, then pages: a page must stand at the subscriber's own ordinal. */
  function settle(position: Position): void {
    if (!isCurrent(position, reader.head())) {
      state = catchUp(position);
      return;
    }
    const query = waitingPages.shift();
    state = query === undefined ? { type: "live", position } : pageOf(query, position);
  }

  function isCurrent(position: Position, head: LaneHead): boolean {
    return isSameHistory(position, head) && position.ordinal === head.ordinal;
  }

  function isSameHistory(position: Position, head: LaneHead): boolean {
    return position.generation === context.generation() && position.epoch === head.epoch && position.view === head.view;
  }

  function catchUp(position: Position): State {
    const head = reader.head();
    const { ordinal, floor } = position;
    const plan =
      isSameHistory(position, head) && ordinal >= head.horizon
        ? planDelta(reader, lens.isRow, { since: ordinal, floor })
        : planFull(reader, lens.isRow, { window: request.window, held: position.epoch === head.epoch ? floor : null });
    return sending(plan, { position, requestId: "", floor: plan.floor, epilogue: null });
  }

  function pageOf(query: PageQuery, position: Position): State {
    const limit = query.limit === 0 ? limits.maxPageRows : Math.min(query.limit, limits.maxPageRows);
    // Asked for a place below its floor, by mistake or before its log was replaced, it would get a hole above the page.
    const before = query.before > position.floor ? query.before : position.floor;
    const plan = planPage(reader, lens.isRow, { before, limit });
    const floor = plan.floor < position.floor ? plan.floor : position.floor;
    return sending(plan, { position, requestId: query.requestId, floor, epilogue: null });
  }

  /** Room for one more frame of the largest size; an empty queue always has it. */
  function hasRoom(): boolean {
    return fits(limits.maxFrameBytes);
  }

  function fits(bytes: number): boolean {
    const queued = outlet.queuedBytes();
    return queued === 0 || queued + bytes <= outlet.maxQueuedBytes;
  }

  function waitForRoom(): void {
    watchForStall(outlet.queuedBytes());
    outlet.onDrain(() => {
      cancelStallTimer();
      if (state.type === "behind") state = catchUp(state.position);
      pump();
    });
  }

  function watchForStall(queuedBefore: number): void {
    if (isEnded()) return;
    cancelStallTimer = platform.setTimer(limits.stallTimeoutMs, () => {
      const queued = outlet.queuedBytes();
      if (queued < queuedBefore) {
        watchForStall(queued);
      } else {
        end();
        outlet.close(CLOSE_CODES.slowConsumer, "drained nothing in time");
      }
    });
  }

  function isEnded(): boolean {
    return state.type === "ended";
  }

  function end(): void {
    if (isEnded()) return;
    state = { type: "ended" };
    cancelStallTimer();
    context.onEnd();
  }

  function commit(frames: CommitFrames): void {
    if (state.type !== "live") return;
    const { position } = state;
    const { change } = frames;
    const frame = change.prevOrdinal === position.ordinal ? frames.timeline(request.audience) : null;
    if (frame === null) {
      state = catchUp(position);
      pump();
    } else if (fits(frame.bytes.length)) {
      position.epoch = change.epoch;
      position.ordinal = change.ordinal;
      outlet.send(frame);
    } else {
      state = { type: "behind", position };
      waitForRoom();
    }
  }

  return {
    session: request.session,
    start: pump,
    commit,
    ephemeral(frame) {
      if (state.type === "live" && fits(frame.bytes.length)) outlet.send(frame);
    },
    replaced() {
      if (state.type !== "live") return;
      state = catchUp(state.position);
      pump();
    },
    page(query) {
      if (waitingPages.length >= limits.maxWaitingPages) return false;
      waitingPages.push(query);
      if (state.type === "live") {
        settle(state.position);
        pump();
      }
      return true;
    },
    head() {
      const position = state.type === "ended" ? null : state.position;
      return position === null ? null : { epoch: position.epoch, ordinal: position.ordinal };
    },
    detach: end,
  };
}
