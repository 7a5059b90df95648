// Looking into a chat while one builds it. Nothing of the kit imports this. Styles are `@sessionstream/react/devtools.css`.

export { ErrorPanel, type ErrorPanelProps } from "./devtools/error-panel.tsx";
export type { DevtoolsEvent, EventFamily } from "./devtools/event.ts";
export { createEventLog, type EventLog, type EventLogOptions, type NewEvent } from "./devtools/event-log.ts";
export { EventViewer, type EventViewerProps } from "./devtools/event-viewer.tsx";
export { StatusBar, type StatusBarProps } from "./devtools/status-bar.tsx";
export { TimelineDebug, type TimelineDebugProps } from "./devtools/timeline-debug.tsx";
export type { PayloadView } from "./devtools/timeline-entries.ts";
export { watchBackend } from "./devtools/watch-backend.ts";
