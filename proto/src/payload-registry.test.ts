import { create, type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  EmptySchema,
  ListValueSchema,
  StringValueSchema,
  StructSchema,
  TimestampSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ChatMessageEntitySchema,
  ChatRunStatus,
  RunEntitySchema,
  RunFinishedSchema,
  StartInferenceCommandSchema,
} from "./gen/sessionstream/chat/v1/chat_pb.ts";
import { SnapshotEntitySchema } from "./gen/sessionstream/v1/transport_pb.ts";
import { createPayloadRegistry, decodeCommandPayload, decodePayload, encodePayload } from "./payload-registry.ts";
import { allSchemas } from "./testing/all-schemas.ts";
import { arbitraryMessage } from "./testing/arbitrary-message.ts";
import { everyShapeSchema } from "./testing/every-shape.ts";

const everyShape = everyShapeSchema();
const schemas = [...allSchemas(), everyShape];
const registry = createPayloadRegistry(schemas);
const options = { anyOf: [ChatMessageEntitySchema] };
const cases = schemas.map((schema) => [schema.typeName, schema] as const);

function encode<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): unknown {
  return JSON.parse(encodePayload(schema, message, registry));
}

describe("createPayloadRegistry", () => {
  const open = [StructSchema, ValueSchema, ListValueSchema, AnySchema, EmptySchema, StringValueSchema, TimestampSchema];
  it.each(open.map((schema) => [schema.typeName, schema] as const))("H09 refuses %s as a payload", (_, schema) => {
    expect(() => createPayloadRegistry([schema])).toThrow(expect.objectContaining({ code: "invalid_options" }));
  });

  it("P24 refuses a payload field whose JSON name is reserved", () => {
    for (const jsonName of ["value", "@type", "__proto__", "constructor"]) {
      const field = { ...RunFinishedSchema.fields[0], jsonName };
      // CAST: a schema like RunFinished, but for the name of one field.
      const schema = { ...RunFinishedSchema, fields: [field] } as unknown as DescMessage;
      expect(() => createPayloadRegistry([schema])).toThrow(/reserved in JSON/);
    }
  });

  it("takes a schema twice, but not two schemas of one name", () => {
    expect(() => createPayloadRegistry([RunFinishedSchema, RunFinishedSchema])).not.toThrow();
    expect(() => createPayloadRegistry([everyShape, everyShapeSchema()])).toThrow(/registered twice/);
  });

  it("knows exactly what was registered", () => {
    const small = createPayloadRegistry([RunFinishedSchema]);
    expect(small.get(RunFinishedSchema.typeName)).toBe(RunFinishedSchema);
    expect(small.get(RunEntitySchema.typeName)).toBeUndefined();
  });
});

describe("encodePayload", () => {
  it.each(cases)("P20 P23 writes what protobuf JSON writes, with @type and every zero: %s", (_, schema) => {
    fc.assert(
      fc.property(arbitraryMessage(schema, options), (message) => {
        const fields = toJson(schema, message, { alwaysEmitImplicit: true, registry: registry.registry });
        const expected = { "@type": `type.googleapis.com/${schema.typeName}`, ...Object(fields) };
        expect(encode(schema, message)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 40 },
    );
  });

  it("P21 P25 writes 64-bit integers as strings and enums as names, unknown ones as numbers", () => {
    expect(
      encode(SnapshotEntitySchema, create(SnapshotEntitySchema, { createdOrdinal: 2n ** 64n - 1n })),
    ).toMatchObject({
      createdOrdinal: "18446744073709551615",
    });
    expect(encode(RunEntitySchema, create(RunEntitySchema, { status: ChatRunStatus.RUNNING }))).toMatchObject({
      status: "CHAT_RUN_STATUS_RUNNING",
    });
    // CAST: an enum number of a newer schema.
    const newer = create(RunEntitySchema, { status: 99 as ChatRunStatus });
    expect(encode(RunEntitySchema, newer)).toMatchObject({ status: 99 });
  });

  it("P23 P24 unwraps only well-known types inside an Any", () => {
    const own = create(SnapshotEntitySchema, {
      payload: anyPack(RunFinishedSchema, create(RunFinishedSchema, { status: "ok" })),
    });
    expect(encode(SnapshotEntitySchema, own)).toMatchObject({
      payload: { "@type": "type.googleapis.com/sessionstream.chat.v1.RunFinished", status: "ok" },
    });
    const wellKnown = create(SnapshotEntitySchema, { payload: anyPack(StructSchema, create(StructSchema)) });
    expect(encode(SnapshotEntitySchema, wellKnown)).toMatchObject({
      payload: { "@type": "type.googleapis.com/google.protobuf.Struct", value: {} },
    });
  });

  const refused = expect.objectContaining({ name: "SessionStreamError", code: "invalid_event" });

  it.each(["\ud83d", "a\udc00b", "\\\ud800", "\udc00\ud83d"])(
    "refuses a lone surrogate, wherever it is: %j",
    (text) => {
      const at = [
        create(ChatMessageEntitySchema, { text }),
        create(ChatMessageEntitySchema, { attachments: [{ filename: text }] }),
        create(ChatMessageEntitySchema, { attachments: [{ metadata: { a: [{ b: text }] } }] }),
        create(ChatMessageEntitySchema, { attachments: [{ metadata: { [text]: 1 } }] }),
      ];
      for (const message of at)
        expect(() => encodePayload(ChatMessageEntitySchema, message, registry)).toThrow(refused);
    },
  );

  it.each(["\\ud83d", "\\\\udc00", "😀", '"\\ud800"'])(
    "takes text that only looks like a lone surrogate: %j",
    (text) => {
      const message = create(ChatMessageEntitySchema, { text });
      expect(encode(ChatMessageEntitySchema, message)).toMatchObject({ text });
    },
  );

  it("H04 refuses a message of another type, an unregistered type, a value of a wrong type", () => {
    const other: unknown = create(RunFinishedSchema);
    const wrong: unknown = { ...create(RunFinishedSchema), status: 7 };
    // CAST: what a caller without types may pass.
    expect(() => encodePayload(RunEntitySchema, other as MessageShape<typeof RunEntitySchema>, registry)).toThrow(
      refused,
    );
    // CAST: as above.
    expect(() => encodePayload(RunFinishedSchema, wrong as MessageShape<typeof RunFinishedSchema>, registry)).toThrow(
      refused,
    );
    expect(() => encodePayload(RunFinishedSchema, create(RunFinishedSchema), createPayloadRegistry([]))).toThrow(
      refused,
    );
  });

  it("refuses a Struct that is no JSON", () => {
    // CAST: what a caller without types may pass.
    for (const bad of [Number.NaN, undefined, 1n, () => 1] as unknown as string[]) {
      const message = create(ChatMessageEntitySchema, { attachments: [{}] });
      for (const attachment of message.attachments) attachment.metadata = { bad };
      expect(() => encodePayload(ChatMessageEntitySchema, message, registry)).toThrow(refused);
    }
  });
});

describe("decodePayload", () => {
  it.each(cases)("reads back what was encoded: %s", (_, schema) => {
    fc.assert(
      fc.property(arbitraryMessage(schema, options), (message) => {
        const text = encodePayload(schema, message, registry);
        expect(JSON.parse(encodePayload(schema, decodePayload(schema, text, registry), registry))).toEqual(
          JSON.parse(text),
        );
      }),
      { numRuns: 20 },
    );
  });

  const decode = (json: unknown) => decodePayload(RunEntitySchema, JSON.stringify(json), registry);
  const type = `type.googleapis.com/${RunEntitySchema.typeName}`;

  it("P20 P25 reads absent fields as zeros, enums by name and by number", () => {
    expect(decode({ "@type": type })).toEqual(create(RunEntitySchema));
    expect(decode({ "@type": type, status: "CHAT_RUN_STATUS_FAILED" }).status).toBe(ChatRunStatus.FAILED);
    expect(decode({ "@type": type, status: 6 }).status).toBe(ChatRunStatus.FAILED);
    expect(decode({ "@type": type, status: 99 }).status).toBe(99);
  });

  it("P27 ignores fields and enum names of a newer schema", () => {
    const message = decode({ "@type": type, runId: "r", invented: { deep: [1] }, status: "CHAT_RUN_STATUS_INVENTED" });
    expect(message).toEqual(create(RunEntitySchema, { runId: "r" }));
  });

  it.each([
    ["another type", { "@type": "type.googleapis.com/sessionstream.chat.v1.RunFinished" }],
    ["no type", { runId: "r" }],
    ["a type that is no text", { "@type": 7 }],
    ["a field of another type", { "@type": type, runId: 7 }],
    ["a list", []],
    ["null", null],
  ])("P26 refuses %s with a typed error", (_, json) => {
    expect(() => decode(json)).toThrow(expect.objectContaining({ name: "SessionStreamError", code: "invalid_event" }));
  });

  it("X16 no Any inside an Any, and no nesting without end", () => {
    const url = "type.googleapis.com/google.protobuf.Any";
    const own = `type.googleapis.com/${everyShape.typeName}`;
    const invalid = expect.objectContaining({ name: "SessionStreamError", code: "invalid_event" });
    const field = everyShape.fields.find(({ message }) => message?.typeName === "google.protobuf.Any");
    const read = (any: string) => decodePayload(everyShape, `{"@type":"${own}","${field?.jsonName}":${any}}`, registry);
    expect(() => read(`{"@type":"type.googleapis.com/${RunEntitySchema.typeName}"}`)).not.toThrow();
    expect(() => read(`{"@type":"${url}","value":{"@type":"${url}"}}`)).toThrow(invalid);
    const deep = (depth: number) => `${`{"metadata":{"a":`.repeat(depth)}1${"}}".repeat(depth)}`;
    const message = (text: string) =>
      `{"@type":"type.googleapis.com/${ChatMessageEntitySchema.typeName}","attachments":[${text}]}`;
    expect(() => decodePayload(ChatMessageEntitySchema, message(deep(1e4)), registry)).toThrow(invalid);
    expect(() => decodePayload(ChatMessageEntitySchema, message(deep(3)), registry)).not.toThrow();
  });

  const pairs = cases.flatMap(([name, schema]) => cases.map(([other, given]) => [name, other, schema, given] as const));
  it(`X17 each of the ${cases.length} types is read as itself alone, never as what its "@type" says`, () => {
    for (const [name, other, schema, given] of pairs) {
      const text = encodePayload(given, create(given), registry);
      if (name === other) expect(decodePayload(schema, text, registry).$typeName).toBe(name);
      else {
        expect(() => decodePayload(schema, text, registry), `${other} as ${name}`).toThrow(
          expect.objectContaining({ name: "SessionStreamError", code: "invalid_event" }),
        );
      }
    }
  });

  it("refuses what is no JSON with a typed error", () => {
    expect(() => decodePayload(RunEntitySchema, "{", registry)).toThrow(
      expect.objectContaining({ code: "invalid_event" }),
    );
  });
});

describe("decodeCommandPayload", () => {
  const decode = (json: Parameters<typeof decodeCommandPayload>[1]) =>
    decodeCommandPayload(StartInferenceCommandSchema, json, registry);

  it("H08 reads plain protobuf JSON, and an empty object as the empty message", () => {
    expect(decode({ prompt: "Hello" }).prompt).toBe("Hello");
    expect(decode({})).toEqual(create(StartInferenceCommandSchema));
  });

  it("P27 ignores unknown fields", () => {
    expect(decode({ prompt: "a", invented: true }).prompt).toBe("a");
  });

  it.each([
    ["a field of another type", { prompt: 7 }],
    ["a lone surrogate", { prompt: "\ud83d" }],
    [
      "bottomless nesting",
      { attachments: [{ metadata: JSON.parse(`{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`) }] },
    ],
  ])("H03 refuses %s with a typed error", (_, json) => {
    expect(() => decode(json)).toThrow(
      expect.objectContaining({ name: "SessionStreamError", code: "invalid_command" }),
    );
  });
});
