/** Owns, per golden script, what our server does not send and why, and what a script leaves out of its story. */
import type { JsonObject, SnapshotEntityJson } from "@sessionstream/protocol";
import type { FrameScriptName } from "@sessionstream/protocol/testing";
import type { Scenario } from "./produce-script.ts";

const REPEATED = "a frame sent twice: the network's doing, or a faulty server's";
const FOREIGN = "a frame of a session nobody subscribed to: a faulty server's";
const OTHER_APP = "kinds and fields of another app's server, or of a newer one";
const OTHER_SERVER = "a reference server's: ours";

/** An entity as it was at an ordinal that the script does not show. */
function unseen(
  kind: string,
  id: string,
  times: Readonly<
    Required<Pick<SnapshotEntityJson, "createdOrdinal" | "lastEventOrdinal" | "createdAt" | "updatedAt">>
  >,
  type: string,
  payload: JsonObject,
): SnapshotEntityJson {
  return { kind, id, ...times, payload: { ...payload, "@type": `type.googleapis.com/sessionstream.chat.v1.${type}` } };
}

const reservation = {
  messageId: "chat-msg-1",
  toolCallId: "call-3",
  toolName: "reserve_stock",
  status: "failed",
  correlation: { sessionId: "orders-58aa", runId: "run-1" },
};

export const SCENARIOS: Readonly<Record<FrameScriptName, Scenario>> = {
  "first-message": { rows: "P38" },
  "resume-delta": { rows: "P38 P30" },
  "stop-and-fail": { rows: "P38" },
  "window-and-page": { rows: "P38 G28" },
  ephemeral: { rows: "P38" },
  "view-change": { rows: "P38 H36" },
  behind: { rows: "P38 P30" },
  parts: { rows: "P38 P43", maxFrameBytes: 2_100 },
  "gap-and-resync": {
    rows: "P38 P30 P31",
    unseen: [
      unseen(
        "ChatMessage",
        "chat-msg-1:text:1",
        { createdOrdinal: "6", lastEventOrdinal: "7", createdAt: 1763625600262, updatedAt: 1763625600287 },
        "ChatMessageEntity",
        {
          messageId: "chat-msg-1:text:1",
          role: "assistant",
          content: "I will cancel order 1051 and ask for the refund. ",
          status: "streaming",
          streaming: true,
          parentMessageId: "chat-msg-1",
          segment: 1,
          segmentType: "text",
          correlation: { sessionId: "orders-c4e1", runId: "run-1" },
        },
      ),
    ],
    unscripted: { 5: "the frame of ordinal 7, which is lost on its way" },
    notOurs: { 10: "a second answer to a request that was answered: a faulty server's" },
  },
  "open-below-floor": {
    rows: "P38",
    unseen: [
      unseen(
        "ChatToolCall",
        "call-3",
        { createdOrdinal: "5", lastEventOrdinal: "10", createdAt: 1763625600110, updatedAt: 1763625600400 },
        "ToolCallEntity",
        { ...reservation, input: '{"orderId":"1060"}' },
      ),
      unseen(
        "ChatToolResult",
        "call-3:result",
        { createdOrdinal: "9", lastEventOrdinal: "9", createdAt: 1763625600390, updatedAt: 1763625600390 },
        "ToolResultEntity",
        reservation,
      ),
    ],
  },
  "duplicate-and-foreign": { rows: "P38", notOurs: { 5: REPEATED, 7: REPEATED, 8: FOREIGN, 9: FOREIGN, 12: REPEATED } },
  "epoch-change": {
    rows: "P38",
    notOurs: { 5: "a server that goes on with another log's frames: ours replaces the session by a FULL (P-60)" },
    unscripted: { 7: "that FULL, and the frames of the other log" },
  },
  "unknown-kinds": { rows: "P38", notOurs: { 4: OTHER_APP, 5: OTHER_APP, 6: OTHER_APP, 7: OTHER_APP } },
  "reference-session": {
    rows: "P38 P06 P14",
    notOurs: {
      2: `${OTHER_SERVER} sends no event before the snapshot`,
      4: `${OTHER_SERVER} sends no event that the snapshot contains`,
      7: `${OTHER_SERVER} gives each event its own ordinal`,
    },
  },
};
