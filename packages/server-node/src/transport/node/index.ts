export { type NodeHandlerOptions, type NodeRequestListener, nodeHandler } from "./node-handler.ts";
export { type ServeChatOptions, serveChat } from "./serve-chat.ts";
export { DEFAULT_SERVER_TIMEOUTS, type ServerTimeouts } from "./server-timeouts.ts";
