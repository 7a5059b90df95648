/**
 * A client of a test: the production backend and timeline store over an in-process wire, on virtual time. Tells what it
 * shows as plain data, so that two clients can be compared.
 */
import { createManualPlatform, type ManualPlatform } from "@sessionstream/client/testing";
import { type Cursor, sessionId } from "@sessionstream/protocol";
import type { SessionHandle } from "../../packages/client/src/backend/chat-backend.ts";
import { sessionstreamBackend } from "../../packages/client/src/backend/sessionstream/sessionstream-backend.ts";
import { type RecordingObserver, recordingObserver } from "../../packages/client/src/testing/recording-observer.ts";
import type { TimelineEntity } from "../../packages/client/src/timeline/entity.ts";
import type { InProcessWire } from "../wire/in-process-wire.ts";

export interface FollowedClient {
  readonly platform: ManualPlatform;
  readonly wire: InProcessWire;
  readonly handle: SessionHandle;
  readonly observer: RecordingObserver;
  /** createdOrdinal of the oldest row its window holds. */
  floor(): bigint;
  cursor(): Cursor;
  /** Everything shown, in order, metadata included. */
  shown(): readonly TimelineEntity[];
  close(): void;
}

export function followClient(wire: InProcessWire, session: string, window: number): FollowedClient {
  const platform = createManualPlatform();
  const backend = sessionstreamBackend({ url: "https://shop.example/api/chat", transport: wire, platform, window });
  const observer = recordingObserver(platform);
  const handle = backend.open(sessionId(session), observer);
  return {
    platform,
    wire,
    handle,
    observer,
    floor() {
      let floor = 0n;
      for (const update of observer.updates) {
        if (update.type === "full" || update.type === "delta") floor = update.floor;
        else if (update.type === "page" && update.floor < floor) floor = update.floor;
        else if (update.type === "forget" && update.floor > floor) floor = update.floor;
      }
      return floor;
    },
    cursor() {
      platform.runFrames();
      return observer.timeline.getCursor();
    },
    shown() {
      platform.runFrames();
      return observer.timeline.getOrder().flatMap((key) => observer.timeline.getEntity(key) ?? []);
    },
    close() {
      handle.close();
      backend.close();
    },
  };
}
