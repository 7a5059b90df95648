/**
 * Owns what a reader is told about an error: the labels' words for its code. Its own message is for those who build the
 * app, may name routes and limits, and is in one language.
 */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { Labels } from "./labels.ts";

export function errorText(error: Pick<SessionStreamError, "code" | "reason" | "errorId">, labels: Labels): string {
  const { code, reason, errorId } = error;
  const words = own(labels.errors, reason) ?? own(labels.errors, code) ?? labels.unknownError;
  return errorId === undefined ? words : `${words} ${labels.errorReference(errorId)}`;
}

function own(errors: Labels["errors"], name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(errors, name) ? errors[name] : undefined;
}
