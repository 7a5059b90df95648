// Messages that outlive their page. Not in the main entry: who needs none does not download it.

export { browserDevice } from "../platform/browser-device.ts";
export type { DeviceSpace, KeyValueStore, OutboxDevice } from "./device.ts";
export { type DurableOutbox, type DurableOutboxOptions, durableOutbox } from "./durable-outbox.ts";
export type { OutboxLimits } from "./stored-items.ts";
