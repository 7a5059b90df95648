// Traces and metrics of a hub, for apps that use OpenTelemetry (the optional peer `@opentelemetry/api`).
export { type HubTelemetry, hubTelemetry, type TelemetryOptions } from "./hub-telemetry.ts";
