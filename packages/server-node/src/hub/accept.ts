/**
 * Owns step 1's checks: names, schemas and sizes, before anything enters a lane. What leaves here is encoded once and
 * shares nothing mutable with the caller.
 */
import { isMessage, type Message } from "@bufbuild/protobuf";
import { commandId, isSessionId, type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import { decodeCommandPayload, decodePayload, encodePayload } from "@sessionstream/protocol/codec";
import type { CommandType } from "../command/define-command.ts";
import type { EventInput } from "../event/define-event.ts";
import type { HubCore } from "./core.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { SubmitRequest } from "./hub.ts";
import { textBytes } from "./payload-size.ts";
import type { AcceptedEvent } from "./unit.ts";

export interface AcceptedCommand {
  readonly command: CommandType;
  readonly payload: Message;
  readonly fingerprint: string;
}

/** @throws SessionStreamError `unknown_command`, `invalid_command`, `payload_too_large` */
export function acceptCommand(core: HubCore, request: SubmitRequest): AcceptedCommand {
  checkSessionId(request.session, "invalid_command");
  const command = core.registry.commands.get(request.command);
  if (command === undefined) {
    const message = `There is no command "${request.command}": register the module that declares it`;
    throw new SessionStreamError("unknown_command", message);
  }
  try {
    commandId(request.id);
    const { payloads } = core.registry;
    const given: unknown = request.payload;
    const message = isMessage(given) ? given : decodeCommandPayload(command.schema, asObject(given), payloads);
    const text = encodePayload(command.schema, message, payloads);
    checkSize(core, `Command "${command.name}"`, text);
    // Read back: the lane must not see what a caller does to its message later.
    const payload = Object.freeze(decodePayload(command.schema, text, payloads));
    return { command, payload, fingerprint: fingerprintOf(command.name, text) };
  } catch (cause) {
    if (cause instanceof SessionStreamError && cause.code === "payload_too_large") throw cause;
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new SessionStreamError("invalid_command", `Command "${command.name}": ${problem}`, { cause });
  }
}

/** Payloads are frozen: a published message belongs to the log. @throws SessionStreamError `unknown_event`, `invalid_event`, `payload_too_large` */
export function acceptEvents(core: HubCore, events: readonly EventInput[]): readonly AcceptedEvent[] {
  if (!Array.isArray(events) || events.length === 0) {
    throw new SessionStreamError("invalid_event", "There is nothing to publish: give at least one event");
  }
  return events.map((input: EventInput) => acceptEvent(core, input));
}

function acceptEvent(core: HubCore, input: EventInput): AcceptedEvent {
  const name = input?.type?.name;
  const type = core.registry.events.get(name);
  if (type === undefined || type.schema !== input.type.schema) {
    const message = `There is no event "${name}" of this type: register the module that declares it`;
    throw new SessionStreamError("unknown_event", message);
  }
  const text = encodePayload(type.schema, input.payload, core.registry.payloads);
  checkSize(core, `Event "${name}"`, text);
  return { type, payload: Object.freeze(input.payload), text };
}

export function checkSessionId(session: unknown, code: "invalid_command" | "invalid_event" | "bad_request"): void {
  if (typeof session === "string" && isSessionId(session)) return;
  throw new SessionStreamError(code, "A session id has 1-128 characters of A-Z a-z 0-9 _ -");
}

function asObject(payload: unknown): JsonObject {
  if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) {
    // CAST: `decodeCommandPayload` reads it as unknown data and checks every field.
    return payload as JsonObject;
  }
  throw new TypeError("its payload is neither a message nor a JSON object");
}

function checkSize(core: HubCore, what: string, text: string): void {
  const bytes = textBytes(text);
  const most = core.limits.maxEventBytes;
  if (bytes <= most) return;
  throw new SessionStreamError("payload_too_large", `${what} has ${bytes} bytes; at most ${most} are allowed`);
}
