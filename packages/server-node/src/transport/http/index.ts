export {
  createTickets,
  memoryTicketStore,
  type StoredTicket,
  type TicketOptions,
  type TicketStore,
  type Tickets,
} from "../tickets.ts";
export { type ChatHttpOptions, createChatHttpHandler, type HttpHandler } from "./chat-http-handler.ts";
export { CHAT_ROUTES, type ChatRoute } from "./chat-routes.ts";
export { DEFAULT_HTTP_LIMITS, type HttpLimits } from "./http-limits.ts";
export { httpStatus } from "./http-status.ts";
