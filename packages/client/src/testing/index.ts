// For tests and stories of applications, and for those who write a backend.
export { BACKEND_CASES } from "./backend-conformance/backend-cases.ts";
export type { BackendCase, BackendFixture } from "./backend-conformance/backend-fixture.ts";
export {
  appendText,
  approval,
  assistantMessage,
  finishText,
  type MessageChange,
  reasoning,
  run,
  toolCall,
  toolResult,
  userMessage,
} from "./chat-changes.ts";
export { type FakeHub, fakeHub } from "./fake-hub.ts";
export { type FrameScriptPlayer, type FrameScriptPlayerOptions, frameScriptPlayer } from "./frame-script-player.ts";
export { createManualPlatform, type ManualPlatform, type ManualPlatformOptions } from "./manual-platform.ts";
export { type ScriptedConnection, type ScriptedTransport, scriptedTransport } from "./scripted-transport.ts";
export { THREAD_LIST_CASES } from "./thread-list-conformance/thread-list-cases.ts";
export type { ThreadListCase, ThreadListFixture } from "./thread-list-conformance/thread-list-fixture.ts";
export { type TimelineEntityFields, timelineEntity } from "./timeline-entity.ts";
