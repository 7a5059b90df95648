/**
 * A server of one session for tests: it answers a client's frames as PROTOCOL.md says, over a log in memory. It sends
 * nothing itself; the test decides what reaches the client, and in what state.
 */
import type { ClientFrameJson, Cursor, ServerFrameJson } from "@sessionstream/protocol";
import { createLocalLog, type LocalChange, type LocalLog } from "../backend/local/local-log.ts";
import { deltaOf, fullOf, pageOf } from "../backend/local/local-window.ts";
import { snapshotFrames, timelineFrame } from "./wire-frames.ts";

export interface ScriptedServer {
  readonly log: LocalLog;
  /** What a connection gets in return for a frame. */
  answer(frame: ClientFrameJson): readonly ServerFrameJson[];
  commit(changes: readonly LocalChange[]): ServerFrameJson;
  /** A ping with the session's head. */
  ping(): ServerFrameJson;
  /** Another log takes the session's name. */
  restore(epoch: string): void;
}

export interface ScriptedServerOptions {
  readonly sessionId: string;
  readonly partSize?: number;
}

export function scriptedServer({ sessionId, partSize = 100 }: ScriptedServerOptions): ScriptedServer {
  let log = createLocalLog({ epoch: "epoch-1", now: () => 0 });

  function subscribe(request: NonNullable<ClientFrameJson["subscribe"]>): readonly ServerFrameJson[] {
    const { requestId = "", window = 0, sinceSnapshotOrdinal = "0", epoch = "", view = "", tag = "" } = request;
    const head = log.cursor();
    const held: Cursor = { epoch, view, ordinal: BigInt(sinceSnapshotOrdinal), tag };
    const from = epoch === head.epoch ? BigInt(request.from ?? "0") : 0n;
    const full = from > 0n ? fullFrom(from) : fullOf(log, window);
    const update = isOnHistory(held, head) ? deltaOf(log, held, from) : full;
    const frames = snapshotFrames(update, { sessionId, requestId, partSize }, head, held.ordinal);
    return [...frames, { subscribed: { sessionId, sinceSnapshotOrdinal } }];
  }

  function fullFrom(floor: bigint) {
    const entities = log.entities().filter((entity) => entity.createdOrdinal >= floor || entity.open);
    const hasEarlier = log.entities().some((entity) => entity.createdOrdinal < floor);
    return { type: "full", cursor: log.cursor(), entities, floor, hasEarlier } as const;
  }

  function isOnHistory(held: Cursor, head: Cursor): boolean {
    const known = held.epoch === head.epoch && held.view === head.view && held.ordinal <= head.ordinal;
    return known && held.ordinal > 0n && held.tag === `${head.epoch}-${held.ordinal}`;
  }

  return {
    get log() {
      return log;
    },
    answer({ subscribe: request, page, ping }) {
      if (request !== undefined) return subscribe(request);
      if (ping !== undefined) return [{ pong: { nonce: ping.nonce ?? "" } }];
      if (page === undefined) return [];
      const { before = "0", limit = 0, requestId = "" } = page;
      return snapshotFrames(pageOf(log, BigInt(before), limit), { sessionId, requestId, partSize }, log.cursor());
    },
    commit(changes) {
      const before = log.cursor().ordinal;
      return timelineFrame(sessionId, before, log.commit(changes));
    },
    ping() {
      const { epoch, ordinal } = log.cursor();
      return { ping: { nonce: "p", heads: [{ sessionId, epoch, ordinal: String(ordinal) }] } };
    },
    restore(epoch) {
      log = createLocalLog({ epoch, now: () => 0 });
    },
  };
}
