import { useSyncExternalStore } from "react";

/** As `durableOutbox` of `@sessionstream/client/outbox` is. */
export interface WatchedOutbox {
  readonly durability: "memory" | "device";
  subscribe(listener: () => void): () => void;
}

/** `memory`: what is unsent dies with the page, because this browser keeps nothing now (blocked, full, private). */
export function useOutboxDurability(outbox: WatchedOutbox): WatchedOutbox["durability"] {
  const durability = () => outbox.durability;
  return useSyncExternalStore((listener) => outbox.subscribe(listener), durability, durability);
}
