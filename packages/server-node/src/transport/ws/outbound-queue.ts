/**
 * Owns the way out of a connection: frames of one turn leave in one write, and bytes are counted until the operating
 * system took them. It writes to the socket itself, beside ws, because a call of ws per frame costs several times the
 * rest. Safe because: whole frames only, in one synchronous step, so nothing of ws can come between their bytes; ws
 * writes its control frames the same way and queues nothing while compression is off; no frame follows a close frame
 * (`isOpen`, and `close` empties the queue first). Does not know what frames say.
 */
import type { Duplex } from "node:stream";
import type { EncodedFrame } from "../../fan-out/subscriber.ts";
import type { EndOfTurn } from "./end-of-turn.ts";
import type { FrameChunks } from "./wire-frame.ts";

export interface OutboundQueue {
  enqueue(frame: EncodedFrame): void;
  /** Drops what waits of this session; it counts as taken. What a write under way holds leaves. */
  withdraw(session: string): void;
  /** Bytes enqueued and not yet taken by the operating system. */
  queuedBytes(): number;
  /** All bytes ever enqueued, and ever taken. */
  totals(): { readonly enqueued: number; readonly taken: number };
  /** Calls back once, in the next turn after `queuedBytes` came to a quarter of the bound or less. */
  onDrain(callback: () => void): void;
  /** Writes what waits, or drops it, and refuses everything later: a close frame may follow. */
  close(how: "flush" | "discard"): void;
}

export interface OutboundQueueOptions {
  readonly socket: Duplex;
  readonly chunksOf: FrameChunks;
  readonly maxQueuedBytes: number;
  /** No close frame was sent or received. */
  readonly isOpen: () => boolean;
  /** Gathers the frames of one turn of the event loop. */
  readonly atEndOfTurn: EndOfTurn;
  readonly onWritten: (bytes: number) => void;
  readonly onWriteError: (error: Error) => void;
}

/** Bytes per write: enough to make the call cheap, few enough that a slow peer's progress is seen. */
const MAX_BATCH_BYTES = 64 * 1024;

export function createOutboundQueue(options: OutboundQueueOptions): OutboundQueue {
  const { socket, chunksOf, maxQueuedBytes, isOpen, atEndOfTurn, onWritten, onWriteError } = options;
  let pending: EncodedFrame[] = [];
  let waiting: (() => void)[] = [];
  let isWriting = false;
  let closed = false;
  let enqueued = 0;
  let taken = 0;

  function pump(): void {
    if (!isWriting && !closed && isOpen()) writeBatch();
  }

  function writeBatch(): void {
    const { frames, bytes } = nextBatch(pending);
    if (frames.length === 0) return;
    pending = pending.slice(frames.length);
    isWriting = true;
    const chunks = chunksOf(frames);
    const last = chunks.length - 1;
    try {
      socket.cork();
      chunks.forEach((chunk, index) => {
        socket.write(chunk, index === last ? (error) => written(bytes, error) : undefined);
      });
      socket.uncork();
    } catch (error) {
      // A stream that throws instead of failing: to this connection it is the same.
      onWriteError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function written(bytes: number, error: Error | null | undefined): void {
    isWriting = false;
    if (error) {
      onWriteError(error);
      return;
    }
    count(bytes);
    pump();
  }

  function count(bytes: number): void {
    taken += bytes;
    onWritten(bytes);
    if (waiting.length > 0 && enqueued - taken <= maxQueuedBytes / 4) wake();
  }

  /** A turn of the event loop first: a peer that reads at once would otherwise be served a whole history in one go. */
  function wake(): void {
    for (const callback of waiting) atEndOfTurn(callback);
    waiting = [];
  }

  return {
    enqueue(frame) {
      if (closed) return;
      enqueued += frame.bytes.length;
      pending.push(frame);
      if (pending.length === 1) atEndOfTurn(pump);
    },
    withdraw(session) {
      const dropped = pending.filter((frame) => frame.session === session);
      if (dropped.length === 0) return;
      pending = pending.filter((frame) => frame.session !== session);
      count(dropped.reduce((sum, { bytes }) => sum + bytes.length, 0));
    },
    queuedBytes: () => enqueued - taken,
    totals: () => ({ enqueued, taken }),
    onDrain(callback) {
      if (!closed) waiting.push(callback);
    },
    close(how) {
      while (how === "flush" && pending.length > 0 && isOpen()) writeBatch();
      closed = true;
      pending = [];
      waiting = [];
    },
  };
}

function nextBatch(pending: readonly EncodedFrame[]): { frames: readonly EncodedFrame[]; bytes: number } {
  let count = 0;
  let bytes = 0;
  for (const frame of pending) {
    if (count > 0 && bytes + frame.bytes.length > MAX_BATCH_BYTES) break;
    count += 1;
    bytes += frame.bytes.length;
  }
  return { frames: pending.slice(0, count), bytes };
}
