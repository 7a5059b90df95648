import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  ChatStreamPatchMode,
  type TextPatchSchema,
  type TextSegmentFinishedSchema,
  type TextSegmentStartedSchema,
} from "@sessionstream/protocol/chat/v1";
import { type EventInput, type EventType, event } from "../../event/define-event.ts";
import type { SessionView } from "../../projection/view.ts";
import { ChatMessage } from "../kinds.ts";
import { type SegmentToken, segmentMessageId } from "../message-ids.ts";
import type { PluginRun, RunRef, SettleReason } from "./chat-plugin.ts";

/**
 * Owns how a stream of an engine becomes the events of a segment: the ids, the sequence and the offsets. Segments are
 * numbered within the run, so that text, a tool and text again are two messages whatever the engine calls its streams.
 */
export interface SegmentStream {
  readonly started: EventType<typeof TextSegmentStartedSchema>;
  readonly patch: EventType<typeof TextPatchSchema>;
  readonly finished: EventType<typeof TextSegmentFinishedSchema>;
  readonly role: string;
  /** Part of the message ids, and what tells one translator's open segments from another's. */
  readonly token: SegmentToken;
}

export interface SegmentTranslator {
  delta(streamId: string, text: string): readonly EventInput[];
  end(streamId: string, finishReason?: string): readonly EventInput[];
  endAll(): readonly EventInput[];
}

/** A message must stay below the hub's limit for an entity; a longer answer goes on in the next segment. */
const MAX_SEGMENT_LENGTH = 40_000;

interface OpenSegment {
  readonly messageId: string;
  sequence: number;
  length: number;
}

export function segmentTranslator(run: PluginRun, stream: SegmentStream): SegmentTranslator {
  const open = new Map<string, OpenSegment>();
  let count = segmentsSoFar(run, stream);

  function begin(streamId: string): OpenSegment {
    count += 1;
    const segment = { messageId: segmentMessageId(run.messageId, stream.token, count), sequence: 0, length: 0 };
    open.set(streamId, segment);
    return segment;
  }

  function end(streamId: string, finishReason = ""): readonly EventInput[] {
    const segment = open.get(streamId);
    if (segment === undefined) return [];
    open.delete(streamId);
    return [finished(stream, segment.messageId, "finished", finishReason)];
  }

  return {
    delta(streamId, text) {
      if (text === "") return [];
      const events: EventInput[] = [];
      let segment = open.get(streamId);
      if (segment !== undefined && segment.length + text.length > MAX_SEGMENT_LENGTH) {
        events.push(...end(streamId));
        segment = undefined;
      }
      // A segment begins with its first text: a stream that says nothing leaves no trace.
      const first = segment === undefined;
      segment ??= begin(streamId);
      const { messageId } = segment;
      segment.sequence += 1;
      const patch: MessageInitShape<typeof TextPatchSchema> = {
        messageId,
        streamId,
        sequence: segment.sequence,
        offset: segment.length,
        text,
        mode: ChatStreamPatchMode.APPEND,
      };
      segment.length += text.length;
      if (!first) return [...events, event(stream.patch, patch)];
      const who = { role: stream.role, parentMessageId: run.messageId, status: "streaming" };
      const correlation = run.correlate({ segmentId: streamId });
      return [
        ...events,
        event(stream.started, { messageId, ...who, correlation, streaming: true }),
        event(stream.patch, { ...patch, ...who, correlation }),
      ];
    },
    end,
    endAll: () => [...open.keys()].flatMap((streamId) => end(streamId)),
  };
}

/** A run that goes on after people were asked counts on. */
function segmentsSoFar({ messageId, view }: PluginRun, { token }: SegmentStream): number {
  let count = 0;
  while (view().get(ChatMessage, segmentMessageId(messageId, token, count + 1)) !== undefined) count += 1;
  return count;
}

/** Closes the segments a run left open. */
export function settleSegments(
  stream: SegmentStream,
  run: RunRef,
  view: SessionView,
  reason: SettleReason,
): readonly EventInput[] {
  return view
    .listOpen(ChatMessage)
    .filter(({ id }) => id.startsWith(`${run.messageId}:${stream.token}:`))
    .map(({ id }) => finished(stream, id, reason, reason === "finished" ? "" : reason));
}

/** The text is in the log already; saying it again would double its bytes. */
function finished(stream: SegmentStream, messageId: string, status: string, finishReason: string): EventInput {
  return event(stream.finished, { messageId, role: stream.role, status, finishReason, final: true });
}
