import { create, type DescMessage, fromJson, type MessageShape, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatMessageEntitySchema } from "../gen/sessionstream/chat/v1/chat_pb.ts";
import type { JsonObject } from "../json.ts";
import { createPayloadRegistry, type PayloadRegistry } from "../payload-registry.ts";
import { allSchemas } from "../testing/all-schemas.ts";
import { arbitraryMessage, arbitraryMessagePair, arbitraryText } from "../testing/arbitrary-message.ts";
import { everyShapeSchema } from "../testing/every-shape.ts";
import { applyEntityPatch } from "./apply.ts";
import { diffPayload, type PatchBody } from "./diff.ts";

const everyShape = everyShapeSchema();
const schemas = [...allSchemas(), everyShape];
const registry = createPayloadRegistry(schemas);
const anyOf = [ChatMessageEntitySchema];

/** What the two sides hold: JSON that went through text. */
function viaText(json: unknown): JsonObject {
  // CAST: every caller passes an object.
  return JSON.parse(JSON.stringify(json)) as JsonObject;
}

function jsonOf(schema: DescMessage, message: MessageShape<DescMessage>, { registry }: PayloadRegistry): JsonObject {
  return viaText(toJson(schema, message, { alwaysEmitImplicit: true, registry }));
}

function apply(payload: JsonObject, body: PatchBody | null): JsonObject {
  if (body === null) return payload;
  const result = applyEntityPatch(payload, viaText(body));
  if (!result.ok) throw new Error(`refused: ${result.reason}`);
  return result.payload;
}

describe("patch law", () => {
  it.each(schemas.map((schema) => [schema.typeName, schema] as const))(
    "apply(a, diff(a, b)) equals b: %s",
    (_, schema) => {
      fc.assert(
        fc.property(arbitraryMessagePair(schema, { anyOf }), ([before, after]) => {
          const old = jsonOf(schema, before, registry);
          expect(apply(old, diffPayload(schema, before, after, { registry }))).toEqual(jsonOf(schema, after, registry));
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each(schemas.map((schema) => [schema.typeName, schema] as const))(
    "equal payloads have no patch: %s",
    (_, schema) => {
      fc.assert(
        fc.property(arbitraryMessagePair(schema, { anyOf }), ([before, after]) => {
          const unchanged =
            JSON.stringify(jsonOf(schema, before, registry)) === JSON.stringify(jsonOf(schema, after, registry));
          expect(diffPayload(schema, before, after, { registry }) === null).toBe(unchanged);
        }),
        { numRuns: 20 },
      );
    },
  );

  it("a patch never changes the payload it is applied to", () => {
    const schema = ChatMessageEntitySchema;
    fc.assert(
      fc.property(arbitraryMessagePair(schema), ([before, after]) => {
        const old = jsonOf(schema, before, registry);
        const copy = viaText(old);
        apply(old, diffPayload(schema, before, after, { registry }));
        expect(old).toEqual(copy);
      }),
    );
  });

  it("a chain of patches ends where the chain of messages ends", () => {
    const schema = ChatMessageEntitySchema;
    fc.assert(
      fc.property(
        arbitraryMessage(schema),
        fc.array(arbitraryMessagePair(schema), { maxLength: 4 }),
        (first, pairs) => {
          let last = first;
          let held = jsonOf(schema, first, registry);
          for (const message of pairs.flat()) {
            held = apply(held, diffPayload(schema, last, message, { registry }));
            last = message;
          }
          expect(held).toEqual(jsonOf(schema, last, registry));
        },
      ),
    );
  });
});

describe("presence", () => {
  const schema = everyShape;
  const diff = (before: JsonObject, after: JsonObject) => {
    return diffPayload(schema, read(before), read(after), { registry });
  };
  const read = (json: JsonObject) =>
    fromJson(schema, JSON.parse(JSON.stringify(json)), { registry: registry.registry });

  it("a oneof switch sets the new arm and clears the old", () => {
    expect(diff({ armText: "a" }, { armNumber: 0 })).toEqual({ set: { armNumber: 0 }, clear: ["armText"], append: [] });
  });

  it("a zero value is set, an absent optional is cleared", () => {
    expect(diff({ oneInt32: 1, maybeText: "" }, {})).toEqual({
      set: { oneInt32: 0 },
      clear: ["maybeText"],
      append: [],
    });
    expect(diff({}, { maybeText: "" })).toEqual({ set: { maybeText: "" }, clear: [], append: [] });
  });

  it("a changed message, list or map goes whole, zero values included", () => {
    const body = diff(
      { manyString: ["a"], byString: { a: "1" }, oneStruct: { x: 1 } },
      { manyString: [], byString: { a: "1", b: "2" }, oneStruct: { x: 1, y: [null] } },
    );
    expect(body).toEqual({
      set: { manyString: [], byString: { a: "1", b: "2" }, oneStruct: { x: 1, y: [null] } },
      clear: [],
      append: [],
    });
  });
});

describe("growing text", () => {
  const textAndSuffix = fc.tuple(
    arbitraryText().filter((text) => text !== ""),
    arbitraryText().filter((text) => text !== ""),
  );

  it("is an append of its suffix at its length in UTF-16 units", () => {
    fc.assert(
      fc.property(arbitraryMessagePair(ChatMessageEntitySchema), textAndSuffix, ([message], [text, suffix]) => {
        const before = { ...message, text };
        const after = { ...message, text: text + suffix };
        expect(diffPayload(ChatMessageEntitySchema, before, after, { registry })).toEqual({
          set: {},
          clear: [],
          append: [{ field: "text", offset: text.length, text: suffix }],
        });
      }),
    );
  });

  it("with hints gives one append, whatever number of pieces it grew by, and keeps the law", () => {
    fc.assert(
      fc.property(
        arbitraryMessagePair(ChatMessageEntitySchema),
        fc.array(arbitraryText()),
        ([before, other], pieces) => {
          const after = { ...other, content: before.content + pieces.join("") };
          let offset = before.content.length;
          const appends = pieces.map((text) => {
            const hint = { field: "content", offset, text };
            offset += text.length;
            return hint;
          });
          const body = diffPayload(ChatMessageEntitySchema, before, after, { registry, appends });
          expect(body?.append.filter(({ field }) => field === "content").length ?? 0).toBe(
            pieces.join("") === "" ? 0 : 1,
          );
          expect(apply(jsonOf(ChatMessageEntitySchema, before, registry), body)).toEqual(
            jsonOf(ChatMessageEntitySchema, after, registry),
          );
        },
      ),
    );
  });

  it("with a hint that does not fit the lengths still keeps the law", () => {
    const schema = ChatMessageEntitySchema;
    const misfit = fc.tuple(fc.integer({ min: -3, max: 3 }), arbitraryText());
    fc.assert(
      fc.property(arbitraryMessagePair(schema), misfit, ([before, after], [shift, text]) => {
        const offset = before.text.length + shift;
        fc.pre(shift !== 0 || offset + text.length !== after.text.length);
        const body = diffPayload(schema, before, after, { registry, appends: [{ field: "text", offset, text }] });
        expect(apply(jsonOf(schema, before, registry), body)).toEqual(jsonOf(schema, after, registry));
      }),
    );
  });
});

describe("texts that cannot be sent", () => {
  const lone = ["\ud83d", "a\udc00", "\udc00\ud83d", "x\ud800y"];
  const schema = ChatMessageEntitySchema;
  const refused = expect.objectContaining({ name: "SessionStreamError", code: "invalid_entity" });

  it.each(lone)("a lone surrogate in a changed text is refused: %j", (text) => {
    const before = create(schema, { text: "" });
    expect(() => diffPayload(schema, before, create(schema, { text }), { registry })).toThrow(refused);
  });

  it.each(lone)("a lone surrogate in an appended text is refused: %j", (suffix) => {
    const before = create(schema, { text: "ab" });
    const after = create(schema, { text: `ab${suffix}` });
    expect(() => diffPayload(schema, before, after, { registry })).toThrow(refused);
    const appends = [{ field: "text", offset: 2, text: suffix }];
    expect(() => diffPayload(schema, before, after, { registry, appends })).toThrow(refused);
  });

  it("a lone surrogate deep inside a changed message is refused, with its place", () => {
    const after = create(schema, { attachments: [{ metadata: { note: ["fine", "\ud83d"] } }] });
    expect(() => diffPayload(schema, create(schema), after, { registry })).toThrow(/metadata\.note\[1\]/);
  });

  it("a surrogate pair that arrives whole is an append", () => {
    const after = create(schema, { text: "ab😀" });
    expect(diffPayload(schema, create(schema, { text: "ab" }), after, { registry })?.append).toEqual([
      { field: "text", offset: 2, text: "😀" },
    ]);
  });
});
