// Provider, hooks, renderers and headless parts. The styled kit is `@sessionstream/react/widgets`.

// hooks
export { anyOf, onAnything, onEntity, onOrder, onRows, onStatus, onTimeline, type ThreadTopic } from "./hooks/topic.ts";
export { type ApprovalStatus, type ApprovalView, useApproval } from "./hooks/use-approval.ts";
export { type ChatThreadView, useChatThread } from "./hooks/use-chat-thread.ts";
export { type ComposerView, type UseComposerOptions, useComposer } from "./hooks/use-composer.ts";
export { type ConnectionBannerState, useConnectionBanner } from "./hooks/use-connection-banner.ts";
export { useEntity } from "./hooks/use-entity.ts";
export { useOutboxDurability, type WatchedOutbox } from "./hooks/use-outbox-durability.ts";
export { useRun } from "./hooks/use-run.ts";
export { type UseSessionStreamOptions, useSessionStream } from "./hooks/use-session-stream.ts";
export { type TimelineView, useTimeline } from "./hooks/use-timeline.ts";
// labels
export { ENGLISH, type Labels } from "./labels/labels.ts";
export { LabelsProvider, useLabels } from "./labels/labels-context.tsx";
// headless parts
export { Announcer } from "./parts/announcer.tsx";
export {
  Approval,
  ApprovalActions,
  type ApprovalProps,
  ApproveButton,
  DenyButton,
  type DenyButtonProps,
} from "./parts/approval.tsx";
export {
  Composer,
  ComposerInput,
  type ComposerInputProps,
  type ComposerProps,
  SendButton,
  StopButton,
} from "./parts/composer.tsx";
export { JumpToLatest, Transcript, TranscriptViewport } from "./parts/transcript.tsx";
export { TranscriptRows, useTranscriptRows } from "./parts/transcript-rows.tsx";
export { type StickyScrollHandle, useStickyScroll } from "./parts/use-sticky-scroll.ts";
// renderers
export {
  defineRenderer,
  type EntityRenderer,
  type RendererDefinition,
  type RendererProps,
} from "./renderer/define-renderer.ts";
export type { RenderErrorHandler } from "./renderer/entity-boundary.tsx";
export { FailedCard, UnknownCard } from "./renderer/fallback-card.tsx";
export type { Payload } from "./renderer/payload.ts";
export { RendererProvider } from "./renderer/renderer-context.tsx";
export { RowOutlet } from "./renderer/row-outlet.tsx";
// slots
export { type ClassNames, PART_NAMES, type PartName } from "./slots/part-names.ts";
export { SlotsProvider } from "./slots/slots-context.tsx";
export { usePart } from "./slots/use-part.ts";
// provider
export { ChatThreadProvider, type ChatThreadProviderProps } from "./thread/chat-thread-provider.tsx";
export type { ClientSource } from "./thread/use-owned-client.ts";
