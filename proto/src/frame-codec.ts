/**
 * Owns control frames out and client frames in, by the schema. Frames that carry payloads are spliced: frame-splice.ts.
 * Does not judge a well-formed frame: whether a session id is missing or a session may be read is the transport's.
 */
import { create, fromJson, type JsonValue, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import type { ErrorCode } from "./error-code.ts";
import {
  type ClientFrame,
  type ClientFrameJson,
  ClientFrameSchema,
  ServerFrameSchema,
} from "./gen/sessionstream/v1/transport_pb.ts";
import { findOutOfBounds } from "./json-bounds.ts";
import { parseOrdinal } from "./ordinal.ts";

export type ServerFrameInit = NonNullable<MessageInitShape<typeof ServerFrameSchema>["frame"]>;

/** Text of a control frame: hello, subscribed, unsubscribed, error, ping, pong, draining. */
export function encodeServerFrame(frame: ServerFrameInit): string {
  return toJsonString(ServerFrameSchema, create(ServerFrameSchema, { frame }));
}

export interface DecodeClientFrameOptions {
  /** Refuse fields this side does not know, as the reference does. Default: ignore them. */
  readonly strict?: boolean;
  /** Largest frame accepted, in bytes of UTF-8. */
  readonly maxBytes?: number;
}

/** Messages within messages; the schema has three. */
const MAX_FRAME_DEPTH = 32;

/** `frame.case` is never `undefined`: a frame without a known arm is refused. */
export type DecodedClientFrame =
  | { readonly ok: true; readonly frame: ClientFrame["frame"] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Never throws: the text comes from anybody. */
export function decodeClientFrame(text: string, options: DecodeClientFrameOptions = {}): DecodedClientFrame {
  const { strict = false, maxBytes = Number.POSITIVE_INFINITY } = options;
  if (isLarger(text, maxBytes)) {
    return { ok: false, code: "payload_too_large", message: `The frame is larger than ${maxBytes} bytes` };
  }
  let decoded: ClientFrame;
  try {
    // CAST: what JSON.parse gives is JSON.
    const json = JSON.parse(text) as JsonValue;
    const problem = findOutOfBounds(json);
    if (problem !== null) return { ok: false, code: "bad_client_frame", message: problem };
    decoded = fromJson(ClientFrameSchema, json, { ignoreUnknownFields: !strict, recursionLimit: MAX_FRAME_DEPTH });
    // CAST: fromJson has just found it to be one.
    refuseBadOrdinals(json as ClientFrameJson);
  } catch (error) {
    return { ok: false, code: "bad_client_frame", message: error instanceof Error ? error.message : String(error) };
  }
  if (decoded.frame.case === undefined) {
    return { ok: false, code: "protocol_error", message: "unknown client frame" };
  }
  return { ok: true, frame: decoded.frame };
}

/** A UTF-16 unit takes one to three bytes of UTF-8, so most texts need no counting. */
function isLarger(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}

/**
 * Above 2^53 a JSON number has already lost its neighbours: an ordinal that came as one is not the ordinal meant.
 * Small ones are numbers everybody can read; a string must be canonical.
 */
function refuseBadOrdinals({ subscribe, page }: ClientFrameJson): void {
  const ordinals = {
    sinceSnapshotOrdinal: subscribe?.sinceSnapshotOrdinal,
    from: subscribe?.from,
    before: page?.before,
  };
  for (const [name, value] of Object.entries(ordinals)) {
    if (parseOrdinal(value ?? undefined) === null && !Number.isSafeInteger(value)) {
      throw new RangeError(`"${name}" is ${value}, no ordinal: send a decimal string`);
    }
  }
}
