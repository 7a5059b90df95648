/** Bounds of what a session sends. `maxFrameBytes` must exceed the hub's `max_entity_bytes`: an entity is never split. */
export interface FanOutLimits {
  /** Largest frame, in bytes of UTF-8. A larger snapshot goes out in parts, a larger commit as a delta in parts. */
  readonly maxFrameBytes: number;
  /** A subscriber that waits for room and drains nothing for this long is closed. */
  readonly stallTimeoutMs: number;
  /** Rows of one page, whatever was asked. */
  readonly maxPageRows: number;
  /** Pages a subscriber may ask for while none can be sent. */
  readonly maxWaitingPages: number;
}

export const DEFAULT_FAN_OUT_LIMITS: FanOutLimits = {
  maxFrameBytes: 256 * 1024,
  stallTimeoutMs: 30_000,
  maxPageRows: 500,
  maxWaitingPages: 8,
};
