/**
 * Owns reading a session as it comes over HTTP (`GET …/sessions/{id}`), so that a page can be rendered with it and follow
 * on from there (F-P10).
 */
import { isJsonObject, type SessionId, SessionStreamError, sessionId } from "@sessionstream/protocol";
import type { ResumePoint, TimelineUpdate } from "../backend/chat-backend.ts";
import { decodeServerFrame } from "../decode/decode-server-frame.ts";

export interface SessionSnapshot {
  readonly sessionId: SessionId;
  readonly state: Extract<TimelineUpdate, { readonly type: "full" }>;
  readonly from: ResumePoint;
}

/** @throws SessionStreamError `bad_server_frame` for anything but that answer, parsed. */
export function readSessionSnapshot(json: unknown): SessionSnapshot {
  const decoded = decodeServerFrame(JSON.stringify({ snapshot: json }));
  if (!decoded.ok || decoded.frame.type !== "snapshot" || decoded.frame.epoch === "") {
    throw new SessionStreamError(
      "bad_server_frame",
      "This is no snapshot: pass the parsed answer of GET …/sessions/{id}",
    );
  }
  const { sessionId: id, epoch, view, ordinal, tag, entities, floor, hasEarlier } = decoded.frame;
  const cursor = { epoch, view, ordinal, tag };
  // What the server left out of the answer, a delta would not bring: then everything is asked for.
  const isComplete = isJsonObject(json) && json["complete"] === true;
  return {
    sessionId: sessionId(id),
    state: { type: "full", cursor, entities, floor, hasEarlier },
    from: { cursor: isComplete ? cursor : { epoch, view: "", ordinal: 0n, tag: "" }, floor },
  };
}
