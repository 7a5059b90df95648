export { type ChatHttpOptions, createChatHttpHandler, type HttpHandler } from "./chat-http-handler.ts";
export { CHAT_ROUTES, type ChatRoute } from "./chat-routes.ts";
export { httpStatus } from "./http-status.ts";
