/** A sink that a test drains by hand, frame by frame. */
import type { ServerFrameJson, SessionStreamError } from "@sessionstream/protocol";
import type { EncodedFrame, SubscriberSink } from "../subscriber.ts";

export class ScriptedSink implements SubscriberSink {
  readonly maxQueuedBytes: number;
  /** Every frame ever enqueued. */
  readonly sent: EncodedFrame[] = [];
  /** Why the hub ended the subscription. */
  endedBy: SessionStreamError | null = null;
  closed: { code: number; reason: string } | null = null;
  #taken = 0;
  #queued = 0;
  #waiting: (() => void)[] = [];
  readonly #holds: boolean;

  /** @param options.holds frames stay queued until `take`; otherwise the peer reads at once. */
  constructor(options: { maxQueuedBytes?: number; holds?: boolean } = {}) {
    this.maxQueuedBytes = options.maxQueuedBytes ?? 1 << 20;
    this.#holds = options.holds ?? false;
  }

  send(frame: EncodedFrame): void {
    this.sent.push(frame);
    if (this.#holds) this.#queued += frame.bytes.length;
    else this.#taken += 1;
  }

  queuedBytes(): number {
    return this.#queued;
  }

  onDrain(callback: () => void): void {
    this.#waiting.push(callback);
  }

  ended(error: SessionStreamError): void {
    this.endedBy ??= error;
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  get queuedFrames(): number {
    return this.sent.length - this.#taken;
  }

  /** The peer reads `count` frames, or all there will be. */
  take(count = Number.POSITIVE_INFINITY): ServerFrameJson[] {
    const read: ServerFrameJson[] = [];
    while (read.length < count) {
      const frame = this.sent[this.#taken];
      if (frame === undefined) break;
      this.#taken += 1;
      this.#queued -= frame.bytes.length;
      read.push(parse(frame));
      this.#wake();
    }
    return read;
  }

  /** All frames so far. */
  frames(): ServerFrameJson[] {
    return this.sent.map(parse);
  }

  #wake(): void {
    if (this.#queued > this.maxQueuedBytes / 4) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}

function parse(frame: EncodedFrame): ServerFrameJson {
  // CAST: the frame was spliced by our codec.
  return JSON.parse(frame.text) as ServerFrameJson;
}
