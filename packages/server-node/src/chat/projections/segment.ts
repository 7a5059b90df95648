import { create } from "@bufbuild/protobuf";
import { SessionStreamError } from "@sessionstream/protocol";
import {
  type ChatMessageEntity,
  ChatMessageEntitySchema,
  ChatStreamPatchMode,
  type TextPatch,
  type TextPatchSchema,
  type TextSegmentFinishedSchema,
} from "@sessionstream/protocol/chat/v1";
import type { EventType } from "../../event/define-event.ts";
import { append, type EntityWrite, type EventHandler, on, put } from "../../projection/define-projection.ts";
import { mergeCorrelation } from "../correlation.ts";
import { ChatMessage } from "../kinds.ts";
import { parseSegmentMessageId } from "../message-ids.ts";

/**
 * Owns how a streamed text becomes a ChatMessage. A segment that has started but said nothing is no message: an
 * empty bubble would be the first thing a reload shows. Sparse events keep what earlier ones said.
 */
export interface SegmentEvents {
  readonly patch: EventType<typeof TextPatchSchema>;
  readonly finished: EventType<typeof TextSegmentFinishedSchema>;
  /** Role and segment type unless an event says otherwise. */
  readonly role: string;
  readonly segmentType: string;
}

export function segmentHandlers(events: SegmentEvents): readonly EventHandler[] {
  return [
    on(events.patch, ({ payload: patch }, view) => {
      const before = view.get(ChatMessage, patch.messageId)?.payload;
      if (before === undefined) return firstPatch(events, patch);
      // Settled text does not grow again: a late patch lost the race against the end of its run.
      return before.streaming ? laterPatch(before, patch) : [];
    }),
    on(events.finished, ({ payload: finish }, view) => {
      const before = view.get(ChatMessage, finish.messageId)?.payload;
      const content = finish.content || finish.text || (before?.content ?? "");
      if ((before === undefined && content === "") || before?.streaming === false) return [];
      const base = before ?? newSegment(events, finish.messageId);
      return [
        put(ChatMessage, finish.messageId, {
          ...base,
          role: finish.role || base.role,
          parentMessageId: finish.parentMessageId || base.parentMessageId,
          correlation: mergeCorrelation(base.correlation, finish.correlation),
          content,
          status: finish.status || "finished",
          streaming: false,
          final: true,
        }),
      ];
    }),
  ];
}

function newSegment(events: SegmentEvents, messageId: string): ChatMessageEntity {
  const parsed = parseSegmentMessageId(messageId);
  return create(ChatMessageEntitySchema, {
    messageId,
    role: events.role,
    segmentType: events.segmentType,
    segment: parsed?.segment ?? 0,
    parentMessageId: parsed?.root ?? "",
  });
}

function firstPatch(events: SegmentEvents, patch: TextPatch): readonly EntityWrite[] {
  if (patch.text === "") return [];
  if (isAppend(patch) && isPlaced(patch) && patch.offset !== 0) throw gap(patch, 0);
  return [
    put(ChatMessage, patch.messageId, { ...newSegment(events, patch.messageId), ...said(patch), content: patch.text }),
  ];
}

function laterPatch(before: ChatMessageEntity, patch: TextPatch): readonly EntityWrite[] {
  if (!isAppend(patch)) {
    return [put(ChatMessage, patch.messageId, { ...before, ...said(patch, before), content: patch.text })];
  }
  if (isPlaced(patch) && patch.offset !== before.content.length) {
    const known = before.content.slice(patch.offset, patch.offset + patch.text.length);
    if (patch.offset < before.content.length && known === patch.text) return [];
    throw gap(patch, before.content.length);
  }
  // The steady state of streaming: nothing but text, so nothing else is written.
  const set = isBare(patch) ? {} : said(patch, before);
  return [append(ChatMessage, patch.messageId, "content", patch.text, set)];
}

/** What a patch says beside its text. */
function said(patch: TextPatch, before?: ChatMessageEntity): Partial<ChatMessageEntity> {
  const role = patch.role || before?.role;
  const parentMessageId = patch.parentMessageId || before?.parentMessageId;
  const correlation = mergeCorrelation(before?.correlation, patch.correlation);
  return {
    ...(role === undefined ? {} : { role }),
    ...(parentMessageId === undefined ? {} : { parentMessageId }),
    ...(correlation === undefined ? {} : { correlation }),
    status: patch.status || (patch.final ? "finished" : (before?.status ?? "streaming")),
    streaming: !patch.final,
    final: patch.final,
  };
}

function isBare(patch: TextPatch): boolean {
  return !patch.role && !patch.parentMessageId && !patch.status && !patch.final && patch.correlation === undefined;
}

function isAppend(patch: TextPatch): boolean {
  return patch.mode === ChatStreamPatchMode.APPEND || patch.mode === ChatStreamPatchMode.UNSPECIFIED;
}

/** Sequences count from 1: 0 is a producer that does not say where its patch belongs. */
function isPlaced(patch: TextPatch): boolean {
  return patch.sequence > 0;
}

/** Text is missing before the patch: showing the rest would be wrong, so it is refused and recorded. */
function gap(patch: TextPatch, known: number): SessionStreamError {
  const text = `Patch ${patch.sequence} of ${patch.messageId} starts at ${patch.offset}, but ${known} units are known`;
  return new SessionStreamError("projection_failed", text);
}
