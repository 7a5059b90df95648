/**
 * Owns sending commands over HTTP. One attempt per call: whether to try again is decided by who holds the command (the
 * outbox), for whom every failure here says if that can help.
 */
import { isJsonObject, parseOrdinal, SessionStreamError } from "@sessionstream/protocol";
import type { CommandReceipt } from "../backend/chat-backend.ts";
import type { CommandPort } from "./command-port.ts";
import { type HttpRequest, httpRequest } from "./http-routes.ts";
import { createHttpSend, type HttpSendOptions } from "./http-send.ts";

export function httpCommands(options: HttpSendOptions): CommandPort {
  const send = createHttpSend(options);
  return {
    async submit(command, signal) {
      const request = httpRequest(command);
      return receipt(request, await send(request, signal));
    },
  };
}

/** A reference server says neither epoch nor ordinal: it accepted, and that is all there is to know. */
function receipt({ operation }: HttpRequest, body: unknown): CommandReceipt {
  if (isJsonObject(body)) {
    const { epoch = "", ordinal } = body;
    const read = parseOrdinal(ordinal);
    if (typeof epoch === "string" && read !== null) return { epoch, ordinal: read };
  }
  // Its id makes sending it again safe (L9).
  throw new SessionStreamError("outcome_unknown", `${operation} was answered with something else than a receipt`);
}
