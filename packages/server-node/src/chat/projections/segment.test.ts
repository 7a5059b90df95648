import type { MessageInitShape } from "@bufbuild/protobuf";
import { ChatStreamPatchMode, type TextPatchSchema } from "@sessionstream/protocol/chat/v1";
import { describe, expect, it } from "vitest";
import { type EventInput, event } from "../../event/define-event.ts";
import {
  ChatReasoningPatch,
  ChatReasoningSegmentFinished,
  ChatTextPatch,
  ChatTextSegmentFinished,
  ChatTextSegmentStarted,
} from "../events.ts";
import { ChatMessage } from "../kinds.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine } from "../testing/manual-engine.ts";

const { APPEND, SNAPSHOT, REPLACE, UNSPECIFIED } = ChatStreamPatchMode;
const messageId = "m:text:2";

type PatchInit = MessageInitShape<typeof TextPatchSchema>;
const patch = (init: PatchInit): EventInput => event(ChatTextPatch, { messageId, ...init });
const finish = (init = {}): EventInput => event(ChatTextSegmentFinished, { messageId, ...init });

/** The message after these events, live and read back from storage: both have to be the same. */
async function shown(...events: readonly EventInput[]) {
  await using chat = chatHarness({ engine: manualEngine().engine });
  for (const one of events) await chat.publish(one);
  const live = await chat.records(ChatMessage);
  const reloaded = await chat.restart().records(ChatMessage);
  expect(reloaded).toEqual(live);
  const problems = (await chat.hub.errors()).map(({ message }) => message);
  return { message: live[0]?.payload, count: live.length, problems };
}

describe("a streamed text", () => {
  it("C04 is no message until it says something", async () => {
    const started = event(ChatTextSegmentStarted, {
      messageId,
      role: "assistant",
      status: "streaming",
      streaming: true,
    });
    expect((await shown(started)).count).toBe(0);
    expect((await shown(started, finish())).count).toBe(0);
    expect((await shown(started, patch({ text: "H" }))).message).toMatchObject({
      content: "H",
      role: "assistant",
      streaming: true,
      status: "streaming",
      segment: 2,
      segmentType: "text",
      parentMessageId: "m",
    });
  });

  it.each([
    ["append", APPEND, "onetwo"],
    ["unspecified, which is append", UNSPECIFIED, "onetwo"],
    ["snapshot", SNAPSHOT, "two"],
    ["replace", REPLACE, "two"],
  ])("C06 is patched by %s", async (_name, mode, content) => {
    expect((await shown(patch({ text: "one" }), patch({ text: "two", mode }))).message?.content).toBe(content);
  });

  it("C07 ignores a patch that came twice and takes what follows", async () => {
    const twice = patch({ text: "two ", sequence: 2, offset: 4 });
    const { message, problems } = await shown(
      patch({ text: "one ", sequence: 1, offset: 0 }),
      twice,
      twice,
      patch({ text: "three", sequence: 3, offset: 8 }),
    );
    expect(message?.content).toBe("one two three");
    expect(problems).toEqual([]);
  });

  it("C07 shows no text behind a gap, and says so, until the text comes whole", async () => {
    const first = patch({ text: "one ", sequence: 1, offset: 0 });
    const behind = patch({ text: "three", sequence: 3, offset: 8 });
    const gap = await shown(first, behind);
    expect(gap.message?.content).toBe("one ");
    expect(gap.problems[0]).toContain("starts at 8, but 4 units are known");
    const whole = patch({ text: "one two three", mode: SNAPSHOT });
    expect((await shown(first, behind, whole)).message?.content).toBe("one two three");
    expect((await shown(behind)).count).toBe(0);
  });

  it("C08 keeps what earlier events said when a later one says less", async () => {
    const correlation = { sessionId: "s", runId: "r", segmentId: "7" };
    const { message } = await shown(
      patch({ text: "one", role: "assistant", parentMessageId: "root", correlation }),
      patch({ text: " two", correlation: { toolCallId: "t" } }),
      finish(),
    );
    expect(message).toMatchObject({
      content: "one two",
      role: "assistant",
      parentMessageId: "root",
      correlation: { ...correlation, toolCallId: "t" },
      status: "finished",
      streaming: false,
      final: true,
    });
  });

  it("C08 takes the text of a finish over what was streamed, and a finish alone for a message", async () => {
    expect((await shown(patch({ text: "on" }), finish({ text: "one" }))).message?.content).toBe("one");
    expect((await shown(finish({ content: "one" }))).message).toMatchObject({ content: "one", streaming: false });
  });

  it("C12 does not grow, and settles once, after its end", async () => {
    const { message } = await shown(
      patch({ text: "one" }),
      finish({ status: "stopped" }),
      patch({ text: " late" }),
      finish({ text: "late", status: "finished" }),
    );
    expect(message).toMatchObject({ content: "one", status: "stopped", streaming: false });
  });

  it("C08 can end with a patch", async () => {
    const { message } = await shown(patch({ text: "one" }), patch({ text: " two", final: true }));
    expect(message).toMatchObject({ content: "one two", status: "finished", streaming: false, final: true });
  });

  it("C29 shows reasoning the same way, as messages of role thinking", async () => {
    const id = "m:thinking:1";
    const { message } = await shown(
      event(ChatReasoningPatch, { messageId: id, text: "hm", parentMessageId: "m" }),
      event(ChatReasoningPatch, { messageId: id, text: "m" }),
      event(ChatReasoningSegmentFinished, { messageId: id }),
    );
    expect(message).toMatchObject({
      content: "hmm",
      role: "thinking",
      segmentType: "reasoning",
      parentMessageId: "m",
      status: "finished",
    });
  });
});
