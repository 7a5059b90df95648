/**
 * Owns the names under which things are told. Those of the semantic conventions where they have one, ours under
 * `sessionstream.` elsewhere. Attributes hold names, ids, sizes and codes, never a payload, a prompt or a text of a log.
 */
import type { Attributes } from "@opentelemetry/api";
import type { SessionKey } from "../storage/contract.ts";

export const SCOPE = "@sessionstream/server-node";

export const ATTRIBUTE = {
  system: "messaging.system",
  operation: "messaging.operation.name",
  operationType: "messaging.operation.type",
  messages: "messaging.batch.message_count",
  conversation: "gen_ai.conversation.id",
  database: "db.system.name",
  databaseOperation: "db.operation.name",
  error: "error.type",
  tenant: "sessionstream.tenant",
  command: "sessionstream.command",
  commandId: "sessionstream.command_id",
  events: "sessionstream.events",
  eventNames: "sessionstream.event_names",
  effects: "sessionstream.effects",
  epoch: "sessionstream.epoch",
  ordinal: "sessionstream.ordinal",
  attempts: "sessionstream.attempts",
  repeated: "sessionstream.repeated",
  mode: "sessionstream.mode",
  status: "sessionstream.status",
  kind: "sessionstream.kind",
  checkpoint: "sessionstream.checkpoint",
  subscribers: "sessionstream.subscribers",
  resuming: "sessionstream.resuming",
  closeCode: "sessionstream.close_code",
} as const;

export function sessionAttributes({ tenant, session }: SessionKey): Attributes {
  return { [ATTRIBUTE.tenant]: tenant, [ATTRIBUTE.conversation]: session };
}

/** Ordinals are 64 bits wide, numbers of an attribute 53. */
export function ordinalText(ordinal: bigint): string {
  return ordinal.toString();
}
