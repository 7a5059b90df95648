import { create, fromJsonString, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffPayload } from "./entity-patch/diff.ts";
import {
  type EntityMeta,
  spliceEntity,
  spliceEphemeral,
  splicePatch,
  splicePut,
  spliceReferenceSnapshot,
  spliceRemove,
  spliceSnapshot,
  spliceTimeline,
  spliceUiEvent,
} from "./frame-splice.ts";
import { type ChatMessageEntity, ChatMessageEntitySchema } from "./gen/sessionstream/chat/v1/chat_pb.ts";
import { type EntityChangeSchema, ServerFrameSchema, SnapshotMode } from "./gen/sessionstream/v1/transport_pb.ts";
import { createPayloadRegistry, encodePayload } from "./payload-registry.ts";
import { arbitraryMessage, arbitraryMessagePair, arbitraryText } from "./testing/arbitrary-message.ts";

const registry = createPayloadRegistry([ChatMessageEntitySchema]);

type FrameInit = NonNullable<MessageInitShape<typeof ServerFrameSchema>["frame"]>;
type ChangeInit = MessageInitShape<typeof EntityChangeSchema>;

/** That a spliced text says what the schema's own encoder would have said. */
function expectFrame(text: string, frame: FrameInit): void {
  const read = fromJsonString(ServerFrameSchema, text, { registry: registry.registry });
  expect(read).toEqual(fromJsonString(ServerFrameSchema, viaSchema(frame), { registry: registry.registry }));
}

function viaSchema(frame: FrameInit): string {
  return toJsonString(ServerFrameSchema, create(ServerFrameSchema, { frame }), { registry: registry.registry });
}

const anyOrdinal = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const anyTime = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 48 }));
const anyUint32 = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const anyPayload = arbitraryMessage(ChatMessageEntitySchema);
const anyMeta: fc.Arbitrary<EntityMeta> = fc.record({
  kind: arbitraryText(),
  id: arbitraryText(),
  createdOrdinal: anyOrdinal,
  createdIndex: anyUint32,
  lastEventOrdinal: anyOrdinal,
  createdAt: anyTime,
  updatedAt: anyTime,
  open: fc.boolean(),
  commandId: fc.option(arbitraryText(), { nil: undefined }),
});
const anyChange = fc.record({
  kind: arbitraryText(),
  id: arbitraryText(),
  ordinal: anyOrdinal,
  createdOrdinal: anyOrdinal,
  updatedAt: anyTime,
  open: fc.boolean(),
});
const anyTimeline = fc.record({
  sessionId: arbitraryText(),
  epoch: arbitraryText(),
  prevOrdinal: anyOrdinal,
  ordinal: anyOrdinal,
  tag: arbitraryText(),
});
const anySnapshot = fc.record({
  sessionId: arbitraryText(),
  ordinal: anyOrdinal,
  epoch: arbitraryText(),
  view: arbitraryText(),
  tag: arbitraryText(),
  mode: fc.constantFrom("FULL", "DELTA", "PAGE"),
  sinceOrdinal: anyOrdinal,
  windowFloor: anyOrdinal,
  hasEarlier: fc.boolean(),
  part: anyUint32,
  lastPart: fc.boolean(),
  requestId: arbitraryText(),
});
const anyEntities = fc.array(fc.tuple(anyMeta, fc.option(anyPayload)), { maxLength: 3 });

function encode(payload: ChatMessageEntity | null): string | null {
  return payload === null ? null : encodePayload(ChatMessageEntitySchema, payload, registry);
}

function pack(payload: ChatMessageEntity | null) {
  return payload === null ? {} : { payload: anyPack(ChatMessageEntitySchema, payload) };
}

function entityInit(meta: EntityMeta, payload: ChatMessageEntity | null) {
  return { ...meta, commandId: meta.commandId ?? "", tombstone: payload === null, ...pack(payload) };
}

function spliceAny([meta, payload]: readonly [EntityMeta, ChatMessageEntity | null]): string {
  return spliceEntity(meta, encode(payload), { tombstone: payload === null });
}

function expectChange(text: string, header: Parameters<typeof spliceTimeline>[0], init: ChangeInit): void {
  expectFrame(spliceTimeline(header, [text]), { case: "timeline", value: { ...header, changes: [init] } });
}

describe("spliced frames say what the schema's encoder says", () => {
  it("snapshots of every mode, with tombstones", () => {
    fc.assert(
      fc.property(anySnapshot, anyEntities, (header, entities) => {
        expectFrame(spliceSnapshot(header, entities.map(spliceAny)), {
          case: "snapshot",
          value: {
            ...header,
            snapshotOrdinal: header.ordinal,
            mode: SnapshotMode[header.mode],
            entities: entities.map(([meta, payload]) => entityInit(meta, payload)),
          },
        });
      }),
    );
  });

  it("P29 reference snapshots, with the reference's fields alone", () => {
    fc.assert(
      fc.property(arbitraryText(), anyOrdinal, anyEntities, (sessionId, snapshotOrdinal, entities) => {
        const texts = entities.map(([meta, payload]) => spliceEntity(meta, encode(payload), { reference: true }));
        expectFrame(spliceReferenceSnapshot(sessionId, snapshotOrdinal, texts), {
          case: "snapshot",
          value: {
            sessionId,
            snapshotOrdinal,
            entities: entities.map(([{ kind, id, createdOrdinal, lastEventOrdinal }, payload]) => {
              return { kind, id, createdOrdinal, lastEventOrdinal, ...pack(payload) };
            }),
          },
        });
      }),
    );
  });

  it("puts", () => {
    fc.assert(
      fc.property(anyTimeline, anyChange, anyMeta, anyPayload, (header, change, meta, payload) => {
        const init: ChangeInit = { ...change, change: { case: "put", value: entityInit(meta, payload) } };
        expectChange(splicePut(change, spliceEntity(meta, encode(payload))), header, init);
      }),
    );
  });

  it("patches", () => {
    const pair = arbitraryMessagePair(ChatMessageEntitySchema);
    fc.assert(
      fc.property(anyTimeline, anyChange, anyOrdinal, pair, (header, change, baseOrdinal, [before, after]) => {
        const body = diffPayload(ChatMessageEntitySchema, before, after, { registry }) ?? {
          set: {},
          clear: [],
          append: [],
        };
        const { set, clear, append } = body;
        const value = {
          baseOrdinal,
          clear: [...clear],
          append: [...append],
          ...(Object.keys(set).length > 0 && { set: JSON.parse(JSON.stringify(set)) }),
        };
        expectChange(splicePatch(change, baseOrdinal, body), header, { ...change, change: { case: "patch", value } });
      }),
    );
  });

  it("removals", () => {
    fc.assert(
      fc.property(anyTimeline, anyChange, (header, change) => {
        expectChange(spliceRemove(change), header, { ...change, change: { case: "remove", value: {} } });
      }),
    );
  });

  it("P14 uiEvents", () => {
    fc.assert(
      fc.property(
        arbitraryText(),
        anyOrdinal,
        arbitraryText(),
        anyPayload,
        (sessionId, eventOrdinal, name, payload) => {
          const text = spliceUiEvent(
            sessionId,
            eventOrdinal,
            name,
            encodePayload(ChatMessageEntitySchema, payload, registry),
          );
          expectFrame(text, { case: "uiEvent", value: { sessionId, eventOrdinal, name, ...pack(payload) } });
        },
      ),
    );
  });

  it("ephemera, present and gone", () => {
    fc.assert(
      fc.property(
        arbitraryText(),
        arbitraryText(),
        anyUint32,
        fc.option(anyPayload),
        (sessionId, key, ttlMs, payload) => {
          const text = spliceEphemeral(sessionId, key, ttlMs, encode(payload));
          expectFrame(text, { case: "ephemeral", value: { sessionId, key, ttlMs, ...pack(payload) } });
        },
      ),
    );
  });
});

describe("spliced headers", () => {
  it("P20 omit zero values, as protobuf JSON does", () => {
    const header = { sessionId: "s", epoch: "", prevOrdinal: 0n, ordinal: 1n, tag: "" };
    const change = { kind: "K", id: "i", ordinal: 1n, createdOrdinal: 0n, updatedAt: 0, open: false };
    const patch = splicePatch(change, 1n, { set: {}, clear: [], append: [{ field: "text", offset: 0, text: "a" }] });
    expect(JSON.parse(spliceTimeline(header, [patch]))).toEqual({
      timeline: {
        sessionId: "s",
        ordinal: "1",
        changes: [
          { kind: "K", id: "i", ordinal: "1", patch: { baseOrdinal: "1", append: [{ field: "text", text: "a" }] } },
        ],
      },
    });
    expect(JSON.parse(spliceReferenceSnapshot("s", 0n, []))).toEqual({ snapshot: { sessionId: "s" } });
  });
});
