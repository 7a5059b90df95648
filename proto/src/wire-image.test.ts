import { createHash } from "node:crypto";
import { create, type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { file_sessionstream_chat_v1_chat } from "./gen/sessionstream/chat/v1/chat_pb.ts";
import { file_sessionstream_v1_transport } from "./gen/sessionstream/v1/transport_pb.ts";

function hash(...files: readonly DescFile[]): string {
  const set = create(FileDescriptorSetSchema, { file: files.map(({ proto }) => proto) });
  return createHash("sha256").update(toBinary(FileDescriptorSetSchema, set)).digest("hex");
}

// A change of the wire is a decision: read section 16 of PROTOCOL.md, then change the hash.
it.each([
  [
    "sessionstream.v1",
    file_sessionstream_v1_transport,
    "233bc426c1881f0a234afcc1ab8791562adfbfaa44a799779e9daf4b17e69aee",
  ],
  [
    "sessionstream.chat.v1",
    file_sessionstream_chat_v1_chat,
    "8cad4602ba51c9ee687f611487808de937395e8a56a7676930d0042e4f2469de",
  ],
] as const)("P39 the schema of %s is the one that was agreed on", (_, file, agreed) => {
  expect(hash(file)).toBe(agreed);
});
