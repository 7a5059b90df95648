// Server side: everything that needs the protobuf runtime. The client's bundle contains none of it.
export {
  type AppendHint,
  type DiffOptions,
  diffPayload,
  type PatchAppend,
  type PatchBody,
} from "./entity-patch/diff.ts";
export {
  type DecodeClientFrameOptions,
  type DecodedClientFrame,
  decodeClientFrame,
  encodeServerFrame,
  type ServerFrameInit,
} from "./frame-codec.ts";
export {
  type ChangeHeader,
  type EntityMeta,
  type SnapshotHeader,
  type SpliceEntityOptions,
  spliceEntity,
  spliceEphemeral,
  splicePatch,
  splicePut,
  spliceReferenceSnapshot,
  spliceRemove,
  spliceSnapshot,
  spliceTimeline,
  spliceUiEvent,
  type TimelineHeader,
} from "./frame-splice.ts";
export {
  createPayloadRegistry,
  decodeCommandPayload,
  decodePayload,
  encodePayload,
  type PayloadRegistry,
  payloadTypeName,
} from "./payload-registry.ts";
