/** Owns asking for a ticket: what a socket shows instead of a token or a cookie. It works once and soon. */
import { isJsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { HttpRequest } from "./http-routes.ts";
import { createHttpSend, type HttpSendOptions } from "./http-send.ts";

const REQUEST: HttpRequest = { operation: "open-socket", path: "/ticket", body: {} };

export function httpTicket(options: HttpSendOptions): (signal: AbortSignal) => Promise<string> {
  const send = createHttpSend(options);
  return async (signal) => {
    const answer = await send(REQUEST, signal).catch(refuse);
    const ticket = isJsonObject(answer) ? answer["ticket"] : undefined;
    if (typeof ticket === "string" && ticket !== "") return ticket;
    throw new SessionStreamError("bad_server_frame", "open-socket was answered with something else than a ticket");
  };
}

/** No route will appear by asking again. */
function refuse(thrown: unknown): never {
  const error = SessionStreamError.from(thrown);
  if (error.code !== "not_found") throw error;
  throw new SessionStreamError(
    "invalid_options",
    'The server issues no tickets: give "tickets" to its HTTP handler, or the client other "socketCredentials"',
    { cause: error },
  );
}
