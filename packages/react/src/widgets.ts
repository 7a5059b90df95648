// The styled kit: whole chats, and the widgets they are made of. Styles are `@sessionstream/react/styles.css`.

export { ChatComposer, type ChatComposerProps } from "./kit/chat-composer.tsx";
export { ChatPanel, type ChatPanelProps } from "./kit/chat-panel.tsx";
export { ChatWidget, type ChatWidgetProps } from "./kit/chat-widget.tsx";
export { Root, type RootProps, type Theme } from "./kit/root.tsx";
export { StatusGlyph } from "./kit/status-glyph.tsx";
export {
  AgentMode,
  AgentModeCard,
  type AgentModeCardProps,
  AgentModePreview,
  type AgentModeProps,
} from "./widgets/agent-mode/agent-mode.tsx";
export { ConnectionBanner } from "./widgets/connection-banner/connection-banner.tsx";
export { DEFAULT_RENDERERS } from "./widgets/default-renderers.ts";
export { CodeBlock, type CodeBlockProps } from "./widgets/markdown/code-block.tsx";
export { CopyButton } from "./widgets/markdown/copy-button.tsx";
export type { ImagePolicy } from "./widgets/markdown/image-policy.ts";
export { ImagesProvider, type ImagesProviderProps } from "./widgets/markdown/images-context.tsx";
export { Markdown, type MarkdownProps } from "./widgets/markdown/markdown.tsx";
export { AssistantMessage, type AssistantMessageProps } from "./widgets/message/assistant-message.tsx";
export { ChatMessage, type ChatMessageProps } from "./widgets/message/chat-message.tsx";
export { Notice, type NoticeProps } from "./widgets/message/notice.tsx";
export { UserMessage, type UserMessageProps } from "./widgets/message/user-message.tsx";
export { Reasoning, type ReasoningProps } from "./widgets/reasoning/reasoning.tsx";
export { RunOutcome, type RunOutcomeProps } from "./widgets/run/run-outcome.tsx";
export { EmptyState, type EmptyStateProps } from "./widgets/states/empty-state.tsx";
export { LoadFailed } from "./widgets/states/load-failed.tsx";
export { LoadingSkeleton } from "./widgets/states/loading-skeleton.tsx";
export { Typing } from "./widgets/states/typing.tsx";
export { JsonTree, type JsonTreeProps } from "./widgets/tool/json-tree.tsx";
export {
  ToolApproval,
  type ToolApprovalProps,
  ToolCall,
  type ToolCallProps,
  ToolResult,
  type ToolResultProps,
} from "./widgets/tool/tool-call.tsx";
export { ToolCard, type ToolCardProps } from "./widgets/tool/tool-card.tsx";
export { ToolOutput, type ToolOutputProps } from "./widgets/tool/tool-output.tsx";
export {
  defineWidget,
  type WidgetInstanceProps,
  type WidgetProps,
  type WidgetState,
} from "./widgets/widget-instance/define-widget.tsx";
export { WidgetInstance } from "./widgets/widget-instance/widget-instance.tsx";
