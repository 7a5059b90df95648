/**
 * Owns the watch over what a page's sockets carry: how many there are, what is subscribed, and that the ordinals of every
 * subscription are in order (Q05). It sees bytes on their way and knows nothing of the page.
 */
import { parseOrdinal } from "@sessionstream/protocol";
import type { Page, WebSocket } from "playwright";

type Json = Readonly<Record<string, unknown>>;

export class FrameRecorder {
  sockets = 0;
  subscribes = 0;
  /** Timeline frames seen. */
  commits = 0;
  readonly #violations: string[] = [];

  constructor(page: Page) {
    page.on("websocket", (socket) => this.#watch(socket));
  }

  /** What was against the rules, in words. */
  violations(): readonly string[] {
    return this.#violations;
  }

  #watch(socket: WebSocket): void {
    this.sockets += 1;
    const positions = new Map<unknown, bigint>();
    socket.on("framesent", ({ payload }) => {
      if (armOf(payload, "subscribe") !== null) this.subscribes += 1;
    });
    socket.on("framereceived", ({ payload }) => {
      const snapshot = armOf(payload, "snapshot");
      if (snapshot !== null) this.#snapshot(positions, snapshot);
      const timeline = armOf(payload, "timeline");
      if (timeline !== null) this.#timeline(positions, timeline);
    });
  }

  #snapshot(positions: Map<unknown, bigint>, { sessionId, mode, snapshotOrdinal }: Json): void {
    if (mode !== "SNAPSHOT_MODE_PAGE") positions.set(sessionId, read(snapshotOrdinal));
  }

  #timeline(positions: Map<unknown, bigint>, frame: Json): void {
    this.commits += 1;
    const before = positions.get(frame["sessionId"]);
    const previous = read(frame["prevOrdinal"]);
    const ordinal = read(frame["ordinal"]);
    const seen = `(${previous}, ${ordinal}] after ${before ?? "nothing"}`;
    if (before === undefined) this.#violations.push(`a commit before its snapshot: ${seen}`);
    else if (previous !== before) this.#violations.push(`a commit that does not follow: ${seen}`);
    if (ordinal <= previous) this.#violations.push(`ordinals that do not grow: ${seen}`);
    positions.set(frame["sessionId"], ordinal);
  }
}

function armOf(payload: string | Buffer, arm: string): Json | null {
  const frame: unknown = JSON.parse(payload.toString());
  // CAST: frames of our own server, which are objects of objects.
  return (frame as Readonly<Record<string, Json | undefined>>)[arm] ?? null;
}

/** Protobuf JSON leaves a zero out. */
function read(ordinal: unknown): bigint {
  const value = ordinal === undefined ? 0n : parseOrdinal(ordinal);
  if (value === null) throw new Error(`Not an ordinal: ${String(ordinal)}`);
  return value;
}
