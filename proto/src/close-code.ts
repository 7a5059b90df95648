/**
 * Owns the WebSocket close codes and what a client does on each.
 * Unknown codes follow their block: 40xx reconnect, 44xx stop, everything else reconnect.
 */
export const CLOSE_CODES = {
  normal: 1000,
  goingAway: 1001,
  unsupportedData: 1003,
  messageTooBig: 1009,
  serverError: 4000,
  draining: 4001,
  insufficientState: 4010,
  noPong: 4012,
  slowConsumer: 4013,
  tokenExpired: 4014,
  revoked: 4015,
  rateLimited: 4029,
  badFrame: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  upgradeRequired: 4406,
  handshakeTimeout: 4408,
} as const;

export type CloseCodeName = keyof typeof CLOSE_CODES;

/**
 * - `reconnect`: with jitter, while still wanted; `now` skips the backoff; `minDelayMs` is its least delay.
 * - `reconnect-once`: a second close with the same code in a row stops.
 * - `refresh`: get a new token, then reconnect; a second one in a row stops.
 * - `stop`: tell the app; only it can start again.
 */
export type CloseAction =
  | { readonly type: "reconnect"; readonly now: boolean; readonly minDelayMs: number }
  | { readonly type: "reconnect-once" }
  | { readonly type: "refresh" }
  | { readonly type: "stop" };

const RECONNECT: CloseAction = { type: "reconnect", now: false, minDelayMs: 0 };

export function closeAction(code: number): CloseAction {
  switch (code) {
    case CLOSE_CODES.noPong:
      return { type: "reconnect", now: true, minDelayMs: 0 };
    case CLOSE_CODES.slowConsumer:
      return { type: "reconnect", now: false, minDelayMs: 2_000 };
    case CLOSE_CODES.badFrame:
      return { type: "reconnect-once" };
    case CLOSE_CODES.tokenExpired:
    case CLOSE_CODES.unauthenticated:
      return { type: "refresh" };
    case CLOSE_CODES.revoked:
      return { type: "stop" };
    case CLOSE_CODES.handshakeTimeout:
      return RECONNECT;
    default:
      return code >= 4400 && code <= 4499 ? { type: "stop" } : RECONNECT;
  }
}
