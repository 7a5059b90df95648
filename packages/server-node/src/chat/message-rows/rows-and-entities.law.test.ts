import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { ChatMessageEntitySchema, ToolCallEntitySchema, ToolResultEntitySchema } from "@sessionstream/protocol/chat/v1";
import { createPayloadRegistry, decodePayload, encodePayload } from "@sessionstream/protocol/codec";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anEntity } from "../../testing/storage-conformance/records.ts";
import { entitiesOfRows } from "./entities-of-rows.ts";
import { rowOfEntity } from "./row-of-entity.ts";

const registry = createPayloadRegistry([ChatMessageEntitySchema, ToolCallEntitySchema, ToolResultEntitySchema]);
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const correlation = fc.option(fc.record({ runId: text, turnId: text }), { nil: undefined });

const messages = fc.record({
  messageId: text,
  role: fc.constantFrom("user", "assistant", "thinking", "warning", "error", ""),
  prompt: text,
  content: text,
  status: text,
  error: text,
  parentMessageId: text,
  segment: fc.nat(99),
  final: fc.boolean(),
  attachments: fc.array(fc.record({ url: text, sizeBytes: fc.nat(), metadata: fc.dictionary(text, text) }), {
    maxLength: 2,
  }),
});
const calls = fc.record({ messageId: text, toolCallId: text, toolName: text, input: text, status: text, error: text });
const results = fc.record({
  messageId: text,
  toolCallId: text,
  toolName: text,
  result: text,
  status: text,
  error: text,
});

function expectSurvival<Desc extends DescMessage>(kind: string, schema: Desc, init: MessageInitShape<Desc>): void {
  const payload = encodePayload(schema, create(schema, init), registry);
  const row = rowOfEntity(anEntity("an/id", { kind, payload }), "thread", new Set());
  if (row === null) throw new Error(`${kind} became no row`);
  // What a JSON column does to a row.
  const stored = { ...row, blocks: JSON.parse(JSON.stringify(row.blocks)), seq: 1 };
  const [entity] = entitiesOfRows([stored], new Set());
  expect([entity?.kind, entity?.id]).toEqual([kind, "an/id"]);
  expect(decodePayload(schema, entity?.payload ?? "", registry)).toEqual(decodePayload(schema, payload, registry));
}

it("H55 a settled message comes back from its row as it was", () => {
  fc.assert(
    fc.property(messages, correlation, (message, about) => {
      const init = about === undefined ? message : { ...message, correlation: about };
      expectSurvival("ChatMessage", ChatMessageEntitySchema, init);
    }),
  );
});

it("H55 settled tool calls and results come back from their rows as they were", () => {
  fc.assert(fc.property(calls, (call) => expectSurvival("ChatToolCall", ToolCallEntitySchema, call)));
  fc.assert(fc.property(results, (result) => expectSurvival("ChatToolResult", ToolResultEntitySchema, result)));
});
