/** Owns which HTTP request a command is. */
import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { CommandSubmission } from "../backend/chat-backend.ts";

export interface HttpRequest {
  /** Names the request in hooks and errors. */
  readonly operation:
    | "send-message"
    | "stop-run"
    | "answer-approval"
    | "open-socket"
    | "list-threads"
    | "update-thread"
    | "remove-thread";
  /** Default `POST`. */
  readonly method?: "GET" | "PATCH" | "DELETE";
  /** Below the base URL. */
  readonly path: string;
  readonly body?: JsonObject;
}

const ROUTES: Readonly<Record<string, { readonly operation: HttpRequest["operation"]; readonly segment: string }>> = {
  ChatStartInference: { operation: "send-message", segment: "messages" },
  ChatStopInference: { operation: "stop-run", segment: "stop" },
  ChatAnswerApproval: { operation: "answer-approval", segment: "approvals" },
};

/** @throws SessionStreamError `unknown_command` for a command without a route. */
export function httpRequest({ session, name, commandId, payload }: CommandSubmission): HttpRequest {
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (route === undefined) {
    throw new SessionStreamError("unknown_command", `There is no HTTP route for the command ${name}`);
  }
  const path = `/sessions/${encodeURIComponent(session)}/${route.segment}`;
  return { operation: route.operation, path, body: { ...payload, idempotencyKey: commandId } };
}
