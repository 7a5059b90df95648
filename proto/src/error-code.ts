/**
 * Owns the closed set of error codes and the one error class. A code never changes its meaning; docs/error-codes.md
 * gives each a cause and a recovery. An error knows whether retrying can help, and policy reads only that.
 */

/** code → can the same request succeed later without a change? */
export const ERROR_CODES = {
  // wire
  bad_client_frame: false,
  bad_server_frame: false,
  protocol_error: false,
  payload_too_large: false,
  upgrade_required: false,
  rate_limited: true,
  buffer_overflow: true,
  // who may
  unauthenticated: false,
  forbidden: false,
  origin_rejected: false,
  revoked: false,
  // session
  session_not_found: false,
  session_full: false,
  gone: false,
  ordinal_exhausted: false,
  snapshot_failed: true,
  // command and event
  unknown_command: false,
  invalid_command: false,
  unknown_event: false,
  invalid_event: false,
  command_rejected: false,
  key_reused: false,
  // hub and storage
  busy: true,
  conflict: true,
  draining: true,
  closed: false,
  storage_unavailable: true,
  outcome_unknown: true,
  corrupt_data: false,
  projection_failed: false,
  invalid_entity: false,
  fenced: false,
  stale: false,
  limit_reached: true,
  invalid_options: false,
  internal: true,
  // chat
  empty_prompt: false,
  run_busy: true,
  run_not_found: false,
  already_terminal: false,
  already_answered: false,
  approval_mismatch: false,
  approval_expired: false,
  engine_failed: true,
  interrupted: true,
  no_progress: true,
  // http
  bad_request: false,
  not_found: false,
  method_not_allowed: false,
  unsupported_media_type: false,
  // client
  network: true,
  timeout: true,
  aborted: false,
  delivery_expired: false,
} as const satisfies Record<string, boolean>;

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}

export interface SessionStreamErrorOptions {
  readonly cause?: unknown;
  /** Overrides the code's own answer to "can retrying help?". */
  readonly retryable?: boolean;
  /** An application's own, finer code (`command_rejected`). */
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** Names the record in the server's log. */
  readonly errorId?: string;
}

/** Every error of these packages. `message` says what happened and what to do, and is safe to show. */
export class SessionStreamError extends Error {
  override readonly name = "SessionStreamError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly errorId: string | undefined;

  constructor(code: ErrorCode, message: string, options: SessionStreamErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code];
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
    this.errorId = options.errorId;
  }

  /** Idempotent: one of ours comes back as it is, anything else is wrapped under `code` and kept as `cause`. */
  static from(thrown: unknown, code: ErrorCode = "internal", message?: string): SessionStreamError {
    if (thrown instanceof SessionStreamError) return thrown;
    const said = message ?? (thrown instanceof Error ? thrown.message : String(thrown));
    return new SessionStreamError(code, said, { cause: thrown });
  }
}
