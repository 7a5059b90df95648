export type { ConnectionInfo } from "./connection.ts";
export type { TransportObserver, TransportRecord, TransportStage } from "./transport-observer.ts";
export { DEFAULT_WEBSOCKET_LIMITS, type WebSocketLimits, type WebSocketTransportOptions } from "./websocket-options.ts";
export { createWebSocketTransport, type WebSocketTransport } from "./websocket-transport.ts";
