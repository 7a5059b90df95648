export * from "./gen/sessionstream/chat/v1/chat_pb.ts";
