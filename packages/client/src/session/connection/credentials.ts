/** Owns what a client shows of itself, and what it means for the connection that there was nothing to show. */
import { CLOSE_CODES, type ErrorCode } from "@sessionstream/protocol";

/** Never stored, never in a state, an effect or a diagnostic: from the app to the frame. */
export type Credentials = { readonly token: string } | { readonly ticket: string };

/** The signal says that nobody waits for them any more. */
export type GetCredentials = (signal: AbortSignal) => Promise<Credentials>;

/** The code of a connection that is gone without one. */
const VANISHED = 1006;

/** As the server would have closed the connection, had it been asked there. */
export function closeCodeOf(code: ErrorCode): number {
  switch (code) {
    case "unauthenticated":
      return CLOSE_CODES.unauthenticated;
    case "forbidden":
    case "origin_rejected":
      return CLOSE_CODES.forbidden;
    default:
      return VANISHED;
  }
}
