import { describe, expect, it } from "vitest";
import { type ContentMessage, groupsOfMessage, messagesOfGroups } from "./content-group.ts";
import type { ContentBlock } from "./message-row.ts";

const text = (said: string): ContentBlock => ({ type: "text", text: said });
const use = (id: string, name = "search"): ContentBlock => ({ type: "tool_use", id, name, input: { q: 1 } });
const result = (id: string, fields: object = {}): ContentBlock => ({
  type: "tool_result",
  tool_use_id: id,
  content: "found",
  ...fields,
});

function message(blocks: readonly ContentBlock[], init: Partial<ContentMessage> = {}): ContentMessage {
  return { id: "m-1", role: "assistant", blocks, streaming: false, at: 5, status: "complete", ...init };
}

const outline = (blocks: readonly ContentBlock[]) =>
  groupsOfMessage(message(blocks)).map(({ key, kind, textPreview }) => [key, kind, textPreview]);

describe("groups of a message", () => {
  it("G17 there are none while it streams", () => {
    expect(groupsOfMessage(message([text("Hel")], { streaming: true }))).toEqual([]);
  });

  it("G17 text that touches is one, a call has its result, the order stays", () => {
    expect(outline([text("a"), use("1"), result("1"), text("b"), text("c")])).toEqual([
      ["m-1-0", "text", "a"],
      ["m-1-1", "event", "[search]"],
      ["m-1-3", "text", "b c"],
    ]);
  });

  it("G18 parallel calls find their results, wherever these came", () => {
    const groups = groupsOfMessage(message([use("1"), use("2"), text("wait"), result("2"), result("1"), text("so")]));
    expect(groups.map(({ key, blocks }) => [key, blocks.map(({ type }) => type)])).toEqual([
      ["m-1-0", ["tool_use", "tool_result"]],
      ["m-1-2", ["tool_use", "tool_result"]],
      ["m-1-4", ["text", "text"]],
    ]);
  });

  it("G18 a result that comes late renames nothing", () => {
    const before = outline([use("1"), text("so")]).map(([key]) => key);
    expect(outline([use("1"), text("so"), result("1")]).map(([key]) => key)).toEqual(before);
  });

  it("G17 a result nobody called for is kept, blocks that were never filled are not", () => {
    expect(outline([text(""), result("gone"), result("other", { name: "weather" })])).toEqual([
      ["m-1-0", "event", "[result]"],
      ["m-1-1", "event", "[weather]"],
    ]);
  });

  it("G17 reasoning, errors, cards and blocks of a newer writer are groups too", () => {
    // CAST: what a row of a newer version holds.
    const newer = { type: "hologram", data: 1 } as unknown as ContentBlock;
    const blocks: ContentBlock[] = [
      { type: "reasoning", text: "hm" },
      text("a"),
      { type: "card", card: "Weather" },
      { type: "error", code: "engine_failed", message: "The model is away" },
    ];
    expect(outline([...blocks, newer])).toEqual([
      ["m-1-0", "event", "hm"],
      ["m-1-1", "text", "a"],
      ["m-1-2", "card", "[Weather]"],
      ["m-1-3", "event", "The model is away"],
      ["m-1-4", "event", "[hologram]"],
    ]);
  });

  it("G17 a call is a card if what it returned is shown, or its tool makes widgets and did not fail", () => {
    const view = { render: { id: "r1" } };
    const kinds = (blocks: ContentBlock[]) =>
      groupsOfMessage(message(blocks), { cardTools: ["chart"] }).map(({ kind }) => kind);
    expect(kinds([use("1"), result("1", { content: view })])).toEqual(["card"]);
    expect(kinds([use("1"), result("1", { content: JSON.stringify(view), is_error: true })])).toEqual(["event"]);
    expect(kinds([use("1", "chart"), result("1")])).toEqual(["card"]);
    expect(kinds([use("1", "chart"), result("1", { is_error: true })])).toEqual(["event"]);
  });

  it("G20 each says whether it is all there is, what it cost, when, and who wrote it", () => {
    const facts = { status: "aborted", usage: { inputTokens: 3, outputTokens: 4 }, at: 9 } as const;
    expect(groupsOfMessage(message([text("a"), use("1")], { ...facts, role: "system" }))).toMatchObject([
      { ...facts, authorRole: "system" },
      { ...facts, authorRole: "system" },
    ]);
    expect(messagesOfGroups(groupsOfMessage(message([text("a")], facts)))).toMatchObject([
      { id: "m-1", role: "assistant", ...facts },
    ]);
  });
});

describe("messages of groups", () => {
  it("G24 come back with their ids, hyphens and all, in the order they were begun", () => {
    const first = message([text("a"), use("1"), result("1"), text("b")], { id: "a-b-1" });
    const second = message([text("c")], { id: "a-b", role: "user" });
    const groups = [first, second].flatMap((one) => groupsOfMessage(one));
    expect(messagesOfGroups(groups)).toMatchObject([
      { id: "a-b-1", role: "assistant", blocks: first.blocks, streaming: false },
      { id: "a-b", role: "user", blocks: second.blocks },
    ]);
  });

  it("G24 rows that were stored in another order are put right", () => {
    const one = message([text("a"), use("1"), result("1"), text("b")]);
    expect(messagesOfGroups(groupsOfMessage(one).toReversed())).toMatchObject([{ blocks: one.blocks }]);
  });
});
