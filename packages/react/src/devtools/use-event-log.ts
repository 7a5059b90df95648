import { useSyncExternalStore } from "react";
import type { DevtoolsEvent } from "./event.ts";
import type { EventLog } from "./event-log.ts";

export function useEvents(log: EventLog): readonly DevtoolsEvent[] {
  return useSyncExternalStore(log.subscribe, log.getEvents, log.getEvents);
}

export function useErrors(log: EventLog): readonly DevtoolsEvent[] {
  return useSyncExternalStore(log.subscribe, log.getErrors, log.getErrors);
}
