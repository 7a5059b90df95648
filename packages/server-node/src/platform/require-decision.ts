import { SessionStreamError } from "@sessionstream/protocol";

/**
 * Owns that nobody gets in by omission (L13): types say it to who compiles, this says it to who does not, at the start
 * and not at the first request. @throws SessionStreamError `invalid_options`
 */
export function requireDecision(maker: string, option: string, given: unknown, howTo: string): void {
  if (typeof given === "function") return;
  throw new SessionStreamError("invalid_options", `${maker} has no "${option}": ${howTo}`);
}
