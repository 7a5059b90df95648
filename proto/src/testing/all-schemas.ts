import type { DescMessage } from "@bufbuild/protobuf";
import { file_sessionstream_chat_v1_chat } from "../gen/sessionstream/chat/v1/chat_pb.ts";
import { file_sessionstream_v1_transport } from "../gen/sessionstream/v1/transport_pb.ts";

/** Every message of the wire and of the chat package. */
export function allSchemas(): readonly DescMessage[] {
  return [...file_sessionstream_v1_transport.messages, ...file_sessionstream_chat_v1_chat.messages];
}
