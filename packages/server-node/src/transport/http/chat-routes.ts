import { parseOrdinal, SessionStreamError } from "@sessionstream/protocol";
import type { ApprovalDecision, ChatReceipt } from "../../chat/chat-service.ts";
import type { BusyPolicy } from "../../chat/commands/start-inference.ts";
import { sha256 } from "../../platform/sha256.ts";
import { listField, textField } from "./body-fields.ts";
import type { ChatCall } from "./chat-call.ts";
import { type ExportDocument, exportDocument, readExportFormat } from "./export-document.ts";
import { listThreads, removeThread, updateThread } from "./thread-routes.ts";

/** Owns the routes of a chat, as data: whatever is asked of all of them can be asked of each. */
export interface ChatRoute {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the base path; `:session` stands for a session id. */
  readonly path: string;
  /** Answers with the text of a JSON object, or with a file. */
  run(call: ChatCall): Promise<string | ExportDocument>;
}

export const CHAT_ROUTES: readonly ChatRoute[] = [
  { method: "POST", path: "/sessions", run: createSession },
  { method: "GET", path: "/sessions", run: listThreads },
  { method: "GET", path: "/sessions/:session", run: readSession },
  { method: "GET", path: "/sessions/:session/export", run: exportSession },
  { method: "PATCH", path: "/sessions/:session", run: updateThread },
  { method: "DELETE", path: "/sessions/:session", run: removeThread },
  { method: "POST", path: "/sessions/:session/messages", run: submitMessage },
  { method: "POST", path: "/sessions/:session/stop", run: stopRun },
  { method: "POST", path: "/sessions/:session/approvals", run: answerApproval },
  { method: "POST", path: "/ticket", run: issueTicket },
];

/** For a socket of whoever asks. What it may do there is asked there. */
async function issueTicket({ tickets, principal, origin }: ChatCall): Promise<string> {
  if (tickets === undefined) throw new SessionStreamError("not_found", "This server issues no tickets.");
  return JSON.stringify(await tickets.issue(principal, origin));
}

async function createSession(call: ChatCall): Promise<string> {
  const { body, principal, mintId } = call;
  const id = commandId(call);
  const session =
    textField(body, "sessionId") ?? (id.commandId === undefined ? mintId() : sessionFor(call, id.commandId));
  const receipt = await call.service.createSession({
    principal,
    session,
    profile: textField(body, "profile") ?? "",
    ...id,
  });
  return JSON.stringify({ ...accepted(session, receipt), profile: receipt.outcome["profile"] ?? "" });
}

/** A creation that is retried with its key, and names no session, has to find the session of its first attempt. */
function sessionFor({ principal }: ChatCall, key: string): string {
  return sha256(JSON.stringify([principal.tenant, principal.id, key])).slice(0, 32);
}

async function readSession({ service, encodeSnapshot, principal, session, query }: ChatCall): Promise<string> {
  const asked = query.get("asOf");
  const asOf = asked === null ? undefined : parseOrdinal(asked);
  if (asOf === null) throw new SessionStreamError("bad_request", '"asOf" has to be an ordinal: a decimal number.');
  const snapshot = await service.snapshot({ principal, session, ...(asOf === undefined ? {} : { asOf }) });
  if (snapshot === null) throw new SessionStreamError("session_not_found", `There is no session "${session}".`);
  return encodeSnapshot(session, snapshot);
}

/** Who may read a session may keep it. */
async function exportSession(call: ChatCall): Promise<ExportDocument> {
  const format = readExportFormat(call.query.get("format"));
  return exportDocument(format, call.session, await readSession(call));
}

async function submitMessage(call: ChatCall): Promise<string> {
  const { body, principal, session } = call;
  const busyPolicy = readBusyPolicy(textField(body, "busyPolicy"));
  const receipt = await call.service.submitPrompt({
    principal,
    session,
    prompt: textField(body, "prompt") ?? "",
    attachments: listField(body, "attachments") ?? [],
    retryOfRunId: textField(body, "retryOfRunId") ?? "",
    ...(busyPolicy === undefined ? {} : { busyPolicy }),
    ...commandId(call),
  });
  const { status = "", runId = "" } = receipt.outcome;
  return JSON.stringify({ ...accepted(session, receipt), status, runId, outcome: receipt.outcome });
}

async function stopRun(call: ChatCall): Promise<string> {
  const { body, principal, session } = call;
  const runId = textField(body, "runId") ?? "";
  const receipt = await call.service.stop({ principal, session, runId, ...commandId(call) });
  const { status = "", runId: stopped = "" } = receipt.outcome;
  return JSON.stringify({ ...accepted(session, receipt), status, runId: stopped, outcome: receipt.outcome });
}

async function answerApproval(call: ChatCall): Promise<string> {
  const { body, principal, session } = call;
  const receipt = await call.service.answerApproval({
    principal,
    session,
    approvalId: textField(body, "approvalId") ?? "",
    digest: textField(body, "digest") ?? "",
    decision: readDecision(textField(body, "decision")),
    reason: textField(body, "reason") ?? "",
    ...commandId(call),
  });
  const { status = "" } = receipt.outcome;
  return JSON.stringify({ ...accepted(session, receipt), status, outcome: receipt.outcome });
}

function accepted(sessionId: string, { commandId: id, epoch, ordinal }: ChatReceipt) {
  return { sessionId, accepted: true, commandId: id, epoch, ordinal: ordinal.toString() };
}

/** The idempotency key is the command's id, from the header or the body. */
function commandId({ body, idempotencyKey }: ChatCall): { readonly commandId?: string } {
  const inBody = textField(body, "idempotencyKey") || undefined;
  if (idempotencyKey !== undefined && inBody !== undefined && inBody !== idempotencyKey) {
    throw new SessionStreamError("bad_request", "The header Idempotency-Key and the body's idempotencyKey differ.");
  }
  const id = idempotencyKey ?? inBody;
  if (id === undefined) return {};
  if (id.length > 200) throw new SessionStreamError("bad_request", "An idempotency key has at most 200 characters.");
  return { commandId: id };
}

/** Short, or as the enum's JSON name. */
function readDecision(text: string | undefined): ApprovalDecision {
  switch (text) {
    case "approve":
    case "CHAT_APPROVAL_DECISION_APPROVE":
      return "approve";
    case "deny":
    case "CHAT_APPROVAL_DECISION_DENY":
      return "deny";
    default:
      throw new SessionStreamError("bad_request", '"decision" is "approve" or "deny".');
  }
}

/** Short, or as the enum's JSON name. */
function readBusyPolicy(text: string | undefined): BusyPolicy | undefined {
  switch (text) {
    case undefined:
    case "":
    case "CHAT_BUSY_POLICY_UNSPECIFIED":
      return undefined;
    case "queue":
    case "CHAT_BUSY_POLICY_QUEUE":
      return "queue";
    case "replace":
    case "CHAT_BUSY_POLICY_REPLACE":
      return "replace";
    case "reject":
    case "CHAT_BUSY_POLICY_REJECT":
      return "reject";
    default:
      throw new SessionStreamError("bad_request", '"busyPolicy" is "queue", "replace" or "reject".');
  }
}
