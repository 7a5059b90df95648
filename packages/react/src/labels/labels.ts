import type { ErrorCode } from "@sessionstream/protocol";
import type { ApprovalStatus } from "../hooks/use-approval.ts";

/** Owns every text the widgets show or speak, in English. */
export interface Labels {
  readonly title: string;
  readonly transcript: string;
  readonly composer: string;
  readonly composerPlaceholder: string;
  readonly composerHint: string;
  readonly send: string;
  readonly stop: string;
  readonly stopping: string;
  readonly jumpToLatest: string;
  readonly loadEarlier: string;
  readonly loadingEarlier: string;
  readonly loading: string;
  readonly open: string;
  readonly close: string;
  readonly unread: string;
  readonly answering: string;

  readonly emptyTitle: string;
  readonly emptyBody: string;
  readonly emptySuggestions: string;
  readonly loadFailedTitle: string;
  readonly retry: string;
  readonly tryNow: string;

  readonly connection: Readonly<Record<ConnectionLabel, string>>;
  readonly reconnectingIn: (seconds: number) => string;

  readonly you: string;
  readonly assistant: string;
  readonly sending: string;
  readonly waitingToSend: string;
  readonly sendFailed: string;
  readonly discard: string;
  readonly discarded: string;
  readonly edit: string;
  readonly thinking: string;
  readonly thoughtFor: (seconds: number) => string;
  readonly thought: string;
  readonly copy: string;
  readonly copied: string;
  readonly code: string;
  readonly unsafeLink: string;
  readonly imageBlocked: (host: string) => string;
  readonly footnotes: string;
  /** Back to where the text refers to this footnote. */
  readonly footnoteBack: (nth: number) => string;
  readonly taskDone: string;
  readonly taskOpen: string;
  readonly warning: string;
  readonly error: string;
  /** By the code of the error, or by an app's own reason for it. */
  readonly errors: Readonly<Record<string, string>>;
  readonly unknownError: string;
  /** What a reader tells whoever helps them. */
  readonly errorReference: (id: string) => string;

  readonly toolStatus: Readonly<Record<ToolStatusLabel, string>>;
  readonly toolInput: string;
  readonly toolResult: string;
  readonly toolEmptyResult: string;
  readonly moreItems: (count: number) => string;

  readonly approve: string;
  readonly deny: string;
  readonly approvalStatus: Readonly<Record<ApprovalStatus, string>>;
  readonly approvalQuestion: (toolName: string) => string;
  /** Who may answer. */
  readonly approvalAudience: string;
  /** Instead of it, where the reader may not. */
  readonly approvalOfOthers: string;
  readonly approvalDeadline: (at: number) => string;
  readonly approvalExpiresSoon: string;
  readonly approvalReason: string;
  readonly approvalBack: string;
  readonly approvalOffline: string;
  /** `who`: the principal's id, or nothing. */
  readonly approvalOutcome: (status: Exclude<ApprovalStatus, "pending">, who: string) => string;
  readonly awaitingApproval: string;
  readonly showApproval: string;

  readonly agentMode: string;
  readonly agentModePreview: string;
  readonly agentModeSwitch: (from: string, to: string) => string;

  readonly widgetFailed: string;

  readonly runQueued: string;
  readonly runFailed: string;
  readonly runInterrupted: string;
  readonly runInterruptedBody: string;
  readonly runStopped: string;
  readonly retryRun: string;

  readonly unknownKind: (kind: string) => string;
  readonly rendererFailed: (kind: string) => string;
  readonly details: string;

  readonly announceGenerating: string;
  readonly announceFinished: string;
  readonly announceStopped: string;
  readonly announceAwaitingInput: string;
  readonly announceApproval: (toolName: string) => string;
}

export type ConnectionLabel = "idle" | "connecting" | "open" | "reconnecting" | "offline" | "closed" | "failed";
export type ToolStatusLabel =
  | "started"
  | "requested"
  | "running"
  | "completed"
  | "failed"
  | "denied"
  | "cancelled"
  | "interrupted";

export const ENGLISH: Labels = {
  title: "Chat",
  transcript: "Conversation",
  composer: "Message",
  composerPlaceholder: "Write a message…",
  composerHint: "Enter to send, Shift+Enter for a new line",
  send: "Send message",
  stop: "Stop generating",
  stopping: "Stopping…",
  jumpToLatest: "Jump to latest",
  loadEarlier: "Load earlier messages",
  loadingEarlier: "Loading earlier messages…",
  loading: "Loading conversation…",
  open: "Open chat",
  close: "Close chat",
  unread: "New message",
  answering: "An answer is being written",

  emptyTitle: "How can I help?",
  emptyBody: "Ask anything to get started.",
  emptySuggestions: "Ask anything, or start with one of these.",
  loadFailedTitle: "This conversation could not be loaded",
  retry: "Retry",
  tryNow: "Try now",

  connection: {
    idle: "Not connected yet",
    connecting: "Connecting…",
    open: "Connected",
    reconnecting: "Connection lost. Reconnecting…",
    offline: "You are offline. Messages are sent when you are back.",
    closed: "Disconnected",
    failed: "Could not connect",
  },
  reconnectingIn: (seconds) => `Connection lost. Reconnecting in ${seconds}\u00a0s…`,

  you: "You said",
  assistant: "Assistant said",
  sending: "Sending…",
  waitingToSend: "Waiting to send",
  sendFailed: "Not sent",
  discard: "Discard",
  discarded: "Message discarded",
  edit: "Edit",
  thinking: "Thinking…",
  thoughtFor: (seconds) => (seconds === 1 ? "Thought for 1 second" : `Thought for ${seconds} seconds`),
  thought: "Thoughts",
  copy: "Copy",
  copied: "Copied",
  code: "Code",
  unsafeLink: "This link was disabled because its address is not safe",
  imageBlocked: (host) => (host === "" ? "Image not loaded" : `Image from ${host} not loaded`),
  footnotes: "Footnotes",
  footnoteBack: (nth) => `Back to reference ${nth}`,
  taskDone: "Done",
  taskOpen: "Not done",
  warning: "Warning",
  error: "Error",
  errors: {
    network: "The server cannot be reached.",
    timeout: "The server did not answer in time.",
    busy: "The server is busy. Try again in a moment.",
    draining: "The server is restarting. Try again in a moment.",
    storage_unavailable: "The server is busy. Try again in a moment.",
    rate_limited: "That was too much at once. Try again in a moment.",
    limit_reached: "A limit was reached. Try again later.",
    unauthenticated: "Sign in again to go on.",
    forbidden: "You are not allowed to do this.",
    origin_rejected: "You are not allowed to do this.",
    session_not_found: "This conversation does not exist.",
    session_full: "This conversation is full. Start another one.",
    gone: "This conversation was replaced. Send it again if it still fits.",
    payload_too_large: "This is too long. Shorten it.",
    empty_prompt: "There is nothing in it to send.",
    command_rejected: "The server refused it.",
    run_busy: "An answer is still being written. Wait for it, or stop it.",
    run_not_found: "This answer is no longer there.",
    already_terminal: "This answer has already ended.",
    already_answered: "Somebody else was faster with another answer.",
    approval_mismatch: "This is not what is asked any more.",
    approval_expired: "It is too late to answer this.",
    engine_failed: "The answer could not be written.",
    delivery_expired: "It waited too long to be sent. Send it again if it still fits.",
    upgrade_required: "Reload the page to go on.",
  } satisfies Partial<Record<ErrorCode, string>>,
  unknownError: "Something went wrong.",
  errorReference: (id) => `(Reference: ${id})`,

  toolStatus: {
    started: "Preparing",
    requested: "Requested",
    running: "Running",
    completed: "Done",
    failed: "Failed",
    denied: "Denied",
    cancelled: "Cancelled",
    interrupted: "Interrupted",
  },
  toolInput: "Input",
  toolResult: "Result",
  toolEmptyResult: "No output",
  moreItems: (count) => (count === 1 ? "1 more item" : `${count} more items`),

  approve: "Approve",
  deny: "Deny",
  approvalStatus: {
    pending: "Needs approval",
    approved: "Approved",
    denied: "Denied",
    expired: "Expired",
    cancelled: "Cancelled",
  },
  approvalQuestion: (toolName) => `Allow ${toolName} to run?`,
  approvalAudience: "Anyone in this conversation may answer.",
  approvalOfOthers: "Others may answer.",
  approvalDeadline(at) {
    const isToday = new Date(at).toDateString() === new Date().toDateString();
    const day: Intl.DateTimeFormatOptions = isToday ? {} : { day: "numeric", month: "short" };
    return `Open until ${new Intl.DateTimeFormat("en", { ...day, hour: "numeric", minute: "2-digit" }).format(at)}.`;
  },
  approvalExpiresSoon: "Expires soon.",
  approvalReason: "Why not? (optional)",
  approvalBack: "Back",
  approvalOffline: "You can answer as soon as you are connected.",
  approvalOutcome(status, who) {
    switch (status) {
      case "expired":
        return "Nobody answered in time, so it did not run.";
      case "cancelled":
        return "It ended before anybody answered, so it did not run.";
      default: {
        const word = status === "approved" ? "Approved" : "Denied";
        return who === "" ? word : `${word} by ${who}`;
      }
    }
  },
  awaitingApproval: "Waits for your approval",
  showApproval: "Show",

  agentMode: "Mode changed",
  agentModePreview: "Considering another mode",
  agentModeSwitch: (from, to) => (from === "" ? to : `from ${from} to ${to}`),

  widgetFailed: "This could not be completed",

  runQueued: "Queued: starts when the current answer is done",
  runFailed: "The answer could not be completed",
  runInterrupted: "The answer was interrupted",
  runInterruptedBody: "The server stopped before it was finished. What was written so far is kept.",
  runStopped: "Stopped",
  retryRun: "Try again",

  unknownKind: (kind) => `This content cannot be shown here (${kind})`,
  rendererFailed: (kind) => `Something went wrong showing this (${kind})`,
  details: "Details",

  announceGenerating: "Generating…",
  announceFinished: "Answer finished",
  announceStopped: "Stopped",
  announceAwaitingInput: "Your input is needed",
  announceApproval: (toolName) => `Your approval is needed: ${toolName}`,
};
