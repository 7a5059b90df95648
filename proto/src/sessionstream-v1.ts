export * from "./gen/sessionstream/v1/transport_pb.ts";
